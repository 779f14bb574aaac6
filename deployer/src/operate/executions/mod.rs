//! Executions: listed, found, read, changed, and run again.

mod chained;
mod change;
mod filter;
mod find;
mod follow;
mod listing;
mod read;
mod rerun;
mod start;
mod view;

pub use chained::read_chained;
pub use change::{Change, ChangeTally, Refused, change};
pub use filter::{Filter, Order};
pub(crate) use find::named;
pub use find::{Found, find};
pub use follow::Follow;
pub use listing::{Listed, Listing};
pub use read::{describe_execution, parse_record, read_record};
pub use rerun::{Difference, Rerun, RerunOptions, differences, next_name, rerun};
pub use start::{Sent, send, taken, wait_for_end, wait_for_start};
pub use view::{
    At, AttemptView, ErrorView, ExecutionView, LargeResult, OperationView, UnknownEvent, Waiting,
};
