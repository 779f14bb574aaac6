//! Everything the workflow works with, in one DynamoDB table.

mod gateway;
mod ledger;
mod notifier;
mod table;

pub use table::TransactionsTable;
