//! The end of a chained invoke.

use crate::execution::model::{Change, Execution, Outcome};
use durable_history::{
    ErrorObject, EventDetail, HistoryEvent, OperationStatus, OperationType, Timestamp, whole,
};

/// Ends the operation of a chained invoke; an empty change when it is over already.
pub(crate) fn complete_chained_invoke(
    execution: &Execution,
    operation_id: &str,
    outcome: Outcome,
    now: Timestamp,
) -> Change {
    let open = execution.operation(operation_id).filter(|operation| {
        operation.kind == OperationType::ChainedInvoke && !operation.status.is_terminal()
    });
    let Some(mut operation) = open.filter(|_| !execution.is_closed()).cloned() else {
        return Change::default();
    };
    let mut details = operation.chained_invoke_details.take().unwrap_or_default();
    let mut fail = |error: ErrorObject| {
        details.error = Some(error.clone());
        whole(Some(error))
    };
    let (status, detail) = match outcome {
        Outcome::Succeeded(result) => {
            details.result.clone_from(&result);
            let result = whole(result);
            (
                OperationStatus::Succeeded,
                EventDetail::ChainedInvokeSucceeded { result },
            )
        }
        Outcome::Failed(error) => (
            OperationStatus::Failed,
            EventDetail::ChainedInvokeFailed { error: fail(error) },
        ),
        Outcome::TimedOut(error) => (
            OperationStatus::TimedOut,
            EventDetail::ChainedInvokeTimedOut { error: fail(error) },
        ),
        Outcome::Stopped(error) => (
            OperationStatus::Stopped,
            EventDetail::ChainedInvokeStopped { error: fail(error) },
        ),
    };
    operation.end(status, now);
    let bytes = details.result.as_ref().map_or(0, String::len)
        + details.error.as_ref().map_or(0, ErrorObject::size);
    operation.chained_invoke_details = Some(details);
    let event = HistoryEvent::of_operation(now, operation.subject(), detail);
    Change {
        operations: vec![operation],
        events: vec![event],
        phase: Some(execution.phase_after_news(now)),
        bytes: bytes as u64,
        ..Change::default()
    }
}
