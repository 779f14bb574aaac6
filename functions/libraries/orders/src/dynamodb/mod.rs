//! Everything about orders, in two DynamoDB tables.

mod allocations;
mod catalog;
mod journal;
mod payments;
mod shipments;
mod table;
mod transaction;

pub use table::Tables;
