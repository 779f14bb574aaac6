//! The history of a durable execution, as data.
//!
//! [`HistoryEvent`]s are what the service tells, one after the other; [`History`] is what they come to: the
//! execution with its operations; [`History::timeline`] is that over time, ready to be drawn. All of
//! it is pure: nothing here asks a service or a clock.

mod detail;
mod error_object;
mod event;
mod history;
mod operation;
mod status;
mod timeline;
mod timestamp;

pub use detail::{EventDetail, EventError, EventPayload, EventText, RetryDetails, whole};
pub use error_object::ErrorObject;
pub use event::{HistoryEvent, Subject};
pub use history::{Execution, History};
pub use operation::{Attempt, Callback, Chained, Operation};
pub use status::{ExecutionStatus, OperationStatus, OperationType};
pub use timeline::{Activity, Bar, Row};
pub use timestamp::Timestamp;

#[cfg(test)]
mod tests;
