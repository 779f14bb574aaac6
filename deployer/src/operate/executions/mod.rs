//! Executions: listed, found, read.

mod filter;
mod find;
mod listing;
mod read;

pub use filter::{Filter, Order};
pub(crate) use find::named;
pub use find::{Found, find};
pub use listing::{Listed, Listing};
pub use read::{describe_execution, read_record};
