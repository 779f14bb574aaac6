//! Answers and signs of life that come from outside for a callback.

use crate::execution::model::{Change, Execution};
use crate::execution::operation::{Local, Operation};
use durable_history::{
    ErrorObject, EventDetail, HistoryEvent, OperationStatus, OperationType, Timestamp, whole,
};

/// What somebody answered to a callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CallbackAnswer {
    Success(Option<String>),
    Failure(ErrorObject),
}

/// Why an answer or a heartbeat changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CallbackRejection {
    #[error("callback does not exist")]
    Unknown,
    #[error("callback has timed out or is already closed")]
    Closed,
}

/// Completes a callback with an answer; the first one counts.
pub(crate) fn answer_callback(
    execution: &Execution,
    operation_id: &str,
    answer: CallbackAnswer,
    now: Timestamp,
) -> Result<Change, CallbackRejection> {
    let mut operation = open_callback(execution, operation_id, now)?.clone();
    let bytes;
    let detail = match answer {
        CallbackAnswer::Success(result) => {
            bytes = result.as_ref().map_or(0, String::len);
            operation.end(OperationStatus::Succeeded, now);
            if let Some(details) = &mut operation.callback_details {
                details.result.clone_from(&result);
            }
            EventDetail::CallbackSucceeded {
                result: whole(result),
            }
        }
        CallbackAnswer::Failure(error) => {
            bytes = error.size();
            operation.end(OperationStatus::Failed, now);
            if let Some(details) = &mut operation.callback_details {
                details.error = Some(error.clone());
            }
            EventDetail::CallbackFailed {
                error: whole(Some(error)),
            }
        }
    };
    let event = HistoryEvent::of_operation(now, operation.subject(), detail);
    Ok(Change {
        operations: vec![operation],
        events: vec![event],
        phase: Some(execution.phase_after_news(now)),
        bytes: bytes as u64,
        ..Change::default()
    })
}

/// Takes a sign of life, which puts the heartbeat timeout off. It leaves no event.
pub(crate) fn beat(
    execution: &Execution,
    operation_id: &str,
    now: Timestamp,
) -> Result<Change, CallbackRejection> {
    let mut operation = open_callback(execution, operation_id, now)?.clone();
    if let Some(Local::Callback {
        heartbeat_seconds: Some(seconds),
        heartbeat_due_at,
        ..
    }) = &mut operation.local
    {
        *heartbeat_due_at = Some(now.plus_seconds(*seconds));
    }
    Ok(Change {
        operations: vec![operation],
        ..Change::default()
    })
}

fn open_callback<'a>(
    execution: &'a Execution,
    operation_id: &str,
    now: Timestamp,
) -> Result<&'a Operation, CallbackRejection> {
    let operation = execution
        .operation(operation_id)
        .filter(|operation| operation.kind == OperationType::Callback)
        .ok_or(CallbackRejection::Unknown)?;
    // A deadline counts from its moment on, even when its timer is late.
    let expired = match &operation.local {
        Some(Local::Callback {
            times_out_at,
            heartbeat_due_at,
            ..
        }) => [times_out_at, heartbeat_due_at]
            .into_iter()
            .flatten()
            .any(|due| *due <= now),
        _ => false,
    };
    if execution.is_closed()
        || operation.status.is_terminal()
        || expired
        || execution.times_out_at() <= now
    {
        return Err(CallbackRejection::Closed);
    }
    Ok(operation)
}
