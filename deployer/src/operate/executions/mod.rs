//! Executions: listed, found, read.

mod filter;
mod find;
mod follow;
mod listing;
mod read;
mod view;

pub use filter::{Filter, Order};
pub use find::{Found, find};
pub use follow::Follow;
pub use listing::{Listed, Listing};
pub use read::{describe_execution, read_record};
pub use view::{At, AttemptView, ErrorView, ExecutionView, OperationView, UnknownEvent, Waiting};
