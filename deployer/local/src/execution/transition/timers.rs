//! What happens because time passes.

use crate::execution::model::{Change, Execution, Outcome};
use crate::execution::operation::{Local, Operation};
use durable_history::{
    ErrorObject, EventDetail, HistoryEvent, OperationStatus, OperationType, Timestamp, whole,
};

/// Returns what is due now, as one change; an empty one when nothing is.
pub(crate) fn fire_due(execution: &Execution, now: Timestamp) -> Change {
    let mut change = Change::default();
    if execution.is_closed() {
        return change;
    }
    if execution.times_out_at() <= now {
        let seconds = execution.identity.execution_timeout_seconds;
        let message = format!("execution timed out after {seconds} seconds");
        change.close(
            Outcome::TimedOut(ErrorObject::new("Execution.Timeout", message)),
            now,
        );
        return change;
    }
    let mut due: Vec<_> = execution
        .open_operations()
        .filter_map(|operation| due_at(operation).map(|at| (at, operation)))
        .filter(|(at, _)| *at <= now)
        .collect();
    due.sort_by_key(|(at, _)| *at);
    for (_, operation) in due {
        fire(operation.clone(), now, &mut change);
    }
    if !change.is_empty() {
        change.phase = Some(execution.phase_after_news(now));
    }
    change
}

/// Returns when the next thing is due; `None` when the execution is over.
pub(crate) fn next_due(execution: &Execution) -> Option<Timestamp> {
    if execution.is_closed() {
        return None;
    }
    let timers = execution.open_operations().filter_map(due_at);
    timers.chain([execution.times_out_at()]).min()
}

fn due_at(operation: &Operation) -> Option<Timestamp> {
    match operation.kind {
        OperationType::Wait => operation
            .wait_details
            .as_ref()
            .map(|details| details.scheduled_end_timestamp),
        OperationType::Step if operation.status == OperationStatus::Pending => operation
            .step_details
            .as_ref()
            .and_then(|details| details.next_attempt_timestamp),
        OperationType::Callback => match &operation.local {
            Some(Local::Callback {
                times_out_at,
                heartbeat_due_at,
                ..
            }) => [*times_out_at, *heartbeat_due_at]
                .into_iter()
                .flatten()
                .min(),
            _ => None,
        },
        _ => None,
    }
}

fn fire(mut operation: Operation, now: Timestamp, change: &mut Change) {
    let detail = match (operation.kind, &operation.local) {
        (OperationType::Wait, Some(Local::Wait { seconds })) => {
            let duration = *seconds;
            operation.end(OperationStatus::Succeeded, now);
            Some(EventDetail::WaitSucceeded { duration })
        }
        (OperationType::Callback, Some(Local::Callback { times_out_at, .. })) => {
            let error = if times_out_at.is_some_and(|at| at <= now) {
                ErrorObject::new("Callback.Timeout", "callback timed out")
            } else {
                ErrorObject::new("Callback.Heartbeat", "callback heartbeat timed out")
            };
            operation.end(OperationStatus::TimedOut, now);
            if let Some(details) = &mut operation.callback_details {
                details.error = Some(error.clone());
            }
            Some(EventDetail::CallbackTimedOut {
                error: whole(Some(error)),
            })
        }
        _ => {
            operation.status = OperationStatus::Ready;
            None
        }
    };
    change
        .events
        .extend(detail.map(|detail| HistoryEvent::of_operation(now, operation.subject(), detail)));
    change.operations.push(operation);
}
