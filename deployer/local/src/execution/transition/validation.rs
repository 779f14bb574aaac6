//! What an update must look like before its operation's state is asked.

use crate::execution::names;
use crate::execution::transition::rejection::Rejection;
use crate::execution::wire::{Action, OperationUpdate};
use durable_history::OperationType;

/// The most bytes of payload and error in an update, and of a callback's result.
pub(crate) const LARGEST_PAYLOAD: usize = 1024 * 1024;
/// The most bytes of an execution's result.
const LARGEST_RESULT: usize = 6 * 1024 * 1024;
const LONGEST_NAME: usize = 256;
const LONGEST_SUB_TYPE: usize = 32;
/// 366 days.
const LONGEST_DELAY: i64 = 31_622_400;
const LONGEST_CALLBACK: i64 = 99_999_999;

/// Checks one update by itself.
pub(super) fn check(update: &OperationUpdate) -> Result<(), Rejection> {
    if !names::is_operation_id(&update.id) {
        return Err(Rejection::OperationId {
            id: update.id.clone(),
        });
    }
    check_labels(update)?;
    check_action(update)?;
    check_content(update)?;
    check_options(update)
}

fn refuse<T>(
    update: &OperationUpdate,
    field: &'static str,
    reason: &'static str,
) -> Result<T, Rejection> {
    Err(Rejection::Field {
        id: update.id.clone(),
        field,
        reason,
    })
}

fn check_labels(update: &OperationUpdate) -> Result<(), Rejection> {
    let printable = |text: &str| text.bytes().all(|byte| (0x20..=0x7e).contains(&byte));
    if let Some(name) = &update.name
        && !(printable(name) && (1..=LONGEST_NAME).contains(&name.len()))
    {
        return refuse(
            update,
            "Name",
            "1 to 256 printable ASCII characters are allowed",
        );
    }
    if let Some(sub_type) = &update.sub_type
        && !(printable(sub_type) && (1..=LONGEST_SUB_TYPE).contains(&sub_type.len()))
    {
        return refuse(
            update,
            "SubType",
            "1 to 32 printable ASCII characters are allowed",
        );
    }
    Ok(())
}

fn check_action(update: &OperationUpdate) -> Result<(), Rejection> {
    use {Action as A, OperationType as T};
    let legal = match update.kind {
        T::Execution => matches!(update.action, A::Succeed | A::Fail),
        T::Context => matches!(update.action, A::Start | A::Succeed | A::Fail),
        T::Step => matches!(update.action, A::Start | A::Succeed | A::Fail | A::Retry),
        T::Wait => matches!(update.action, A::Start | A::Cancel),
        T::Callback | T::ChainedInvoke => matches!(update.action, A::Start),
    };
    if legal {
        return Ok(());
    }
    Err(Rejection::IllegalAction {
        kind: update.kind,
        action: update.action,
    })
}

fn check_content(update: &OperationUpdate) -> Result<(), Rejection> {
    let limit = if update.kind == OperationType::Execution {
        LARGEST_RESULT
    } else {
        LARGEST_PAYLOAD
    };
    if update.size() > limit {
        return Err(Rejection::PayloadTooLarge {
            id: update.id.clone(),
            limit,
        });
    }
    match update.action {
        Action::Succeed if update.error.is_some() => {
            refuse(update, "Error", "an operation that succeeds has none")
        }
        Action::Fail if update.payload.is_some() => {
            refuse(update, "Payload", "an operation that fails has none")
        }
        Action::Retry if update.error.is_some() && update.payload.is_some() => refuse(
            update,
            "Payload",
            "a retry has either an error or a payload",
        ),
        _ => Ok(()),
    }
}

fn check_options(update: &OperationUpdate) -> Result<(), Rejection> {
    match (update.kind, update.action) {
        (OperationType::Step, Action::Retry) => {
            let delay = update
                .step_options
                .as_ref()
                .and_then(|o| o.next_attempt_delay_seconds);
            if !delay.is_some_and(|seconds| (1..=LONGEST_DELAY).contains(&seconds)) {
                return refuse(
                    update,
                    "StepOptions.NextAttemptDelaySeconds",
                    "1 to 31622400 is allowed",
                );
            }
        }
        (OperationType::Wait, Action::Start) => {
            let seconds = update.wait_options.as_ref().and_then(|o| o.wait_seconds);
            if !seconds.is_some_and(|seconds| (1..=LONGEST_DELAY).contains(&seconds)) {
                return refuse(
                    update,
                    "WaitOptions.WaitSeconds",
                    "1 to 31622400 is allowed",
                );
            }
        }
        (OperationType::Callback, Action::Start) => {
            let allowed = 0..=LONGEST_CALLBACK;
            if let Some(options) = &update.callback_options
                && !(allowed.contains(&options.timeout_seconds)
                    && allowed.contains(&options.heartbeat_timeout_seconds))
            {
                return refuse(update, "CallbackOptions", "0 to 99999999 is allowed");
            }
        }
        (OperationType::ChainedInvoke, Action::Start) => {
            let named = update.chained_invoke_options.as_ref();
            if named.is_none_or(|options| options.function_name.is_empty()) {
                return refuse(
                    update,
                    "ChainedInvokeOptions.FunctionName",
                    "it is required",
                );
            }
        }
        _ => {}
    }
    Ok(())
}
