//! The history of a durable execution, as data.
//!
//! [`HistoryEvent`]s are what the service tells, one after the other; [`History`] is what they come to: the
//! execution with its operations, as a [tree](History::tree), with what it [waits for](History::waiting);
//! [`History::timeline`] is that over time, ready to be drawn. A [`Record`] is all of it as a file. All of
//! it is pure: nothing here asks a service or a clock.

mod arn;
mod detail;
mod error_object;
mod event;
mod history;
mod measures;
mod operation;
mod record;
mod status;
mod timeline;
mod timestamp;
mod tree;

pub use arn::ExecutionArn;
pub use detail::{EventDetail, EventError, EventPayload, EventText, RetryDetails, whole};
pub use error_object::ErrorObject;
pub use event::{HistoryEvent, Subject};
pub use history::{Execution, History};
pub use measures::{LARGEST_SURE_RESULT, MOST_BYTES, MOST_OPERATIONS};
pub use operation::{Attempt, Callback, Chained, Operation};
pub use record::{Description, Record, is_finished};
pub use status::{ExecutionStatus, OperationStatus, OperationType};
pub use timeline::{Activity, Bar, Row};
pub use timestamp::Timestamp;
pub use tree::Branch;

#[cfg(test)]
mod tests;
