//! Everything the workflow works with, in one DynamoDB table.

mod gateway;
mod history;
mod ledger;
mod notifier;
mod table;

pub use history::CardholderIndex;
pub use table::TransactionsTable;
