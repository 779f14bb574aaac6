//! Stopping an execution from outside.

use crate::execution::model::{Change, Execution, Outcome};
use durable_history::{ErrorObject, Timestamp};

/// Stops an execution; an empty change when it is over already.
pub(crate) fn stop(execution: &Execution, error: Option<ErrorObject>, now: Timestamp) -> Change {
    let mut change = Change::default();
    if !execution.is_closed() {
        let error =
            error.unwrap_or_else(|| ErrorObject::new("Execution.Stopped", "execution was stopped"));
        change.close(Outcome::Stopped(error), now);
    }
    change
}
