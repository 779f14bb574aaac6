//! A checkpoint: all of its updates apply, or none.

use std::collections::BTreeMap;

use crate::execution::model::{Change, Execution, Outcome};
use crate::execution::operation::{
    CallbackDetails, ChainedInvokeDetails, ChainedTarget, ContextDetails, Local, Operation,
    Planned, StepDetails, WaitDetails,
};
use crate::execution::transition::rejection::Rejection;
use crate::execution::transition::validation;
use crate::execution::wire::{Action, OperationUpdate};
use durable_history::{
    EventDetail, HistoryEvent, OperationStatus, OperationType, RetryDetails, Timestamp, whole,
};

/// The most operations of an execution.
const MOST_OPERATIONS: usize = 3_000;
/// The most payload bytes of an execution.
const MOST_BYTES: u64 = 100 * 1024 * 1024;

/// Computes what a batch of updates changes.
///
/// `planned` tells, by operation id, what a chained invoke will run; those that nothing can run are
/// missing there.
pub(crate) fn checkpoint(
    execution: &Execution,
    updates: &[OperationUpdate],
    planned: &BTreeMap<String, Planned>,
    now: Timestamp,
) -> Result<Change, Rejection> {
    let mut draft = Draft {
        base: execution,
        now,
        changed: Vec::new(),
        events: Vec::new(),
        promised: None,
        added: 0,
    };
    let mut bytes = 0;
    for (at, update) in updates.iter().enumerate() {
        validation::check(update)?;
        bytes += update.size() as u64;
        if update.kind == OperationType::Execution {
            if at + 1 != updates.len() {
                return Err(Rejection::ExecutionNotLast);
            }
            draft.promise(update);
        } else {
            draft.update(update, planned.get(&update.id))?;
        }
    }
    if execution.operations().len() + draft.added > MOST_OPERATIONS {
        return Err(Rejection::TooManyOperations {
            limit: MOST_OPERATIONS,
        });
    }
    if execution.bytes + bytes > MOST_BYTES {
        return Err(Rejection::TooMuchStorage { limit: MOST_BYTES });
    }
    Ok(Change {
        operations: draft.changed,
        events: draft.events,
        promised: draft.promised,
        bytes,
        ..Change::default()
    })
}

/// The state while a batch is being applied.
struct Draft<'a> {
    base: &'a Execution,
    now: Timestamp,
    changed: Vec<Operation>,
    events: Vec<HistoryEvent>,
    promised: Option<Outcome>,
    added: usize,
}

impl Draft<'_> {
    fn find(&self, id: &str) -> Option<&Operation> {
        let changed = self.changed.iter().find(|operation| operation.id == id);
        changed.or_else(|| self.base.operation(id))
    }

    fn promise(&mut self, update: &OperationUpdate) {
        self.promised = Some(match update.action {
            Action::Fail => Outcome::Failed(update.error.clone().unwrap_or_default()),
            _ => Outcome::Succeeded(update.payload.clone()),
        });
    }

    fn update(
        &mut self,
        update: &OperationUpdate,
        planned: Option<&Planned>,
    ) -> Result<(), Rejection> {
        let mut operation = if let Some(known) = self.find(&update.id) {
            check_consistency(known, update)?;
            check_state(known, update)?;
            known.clone()
        } else {
            self.check_parent(update)?;
            self.added += 1;
            new_operation(update, self.now)
        };
        let detail = self.transition(&mut operation, update, planned);
        self.events.push(HistoryEvent::of_operation(
            self.now,
            operation.subject(),
            detail,
        ));
        match self
            .changed
            .iter_mut()
            .find(|known| known.id == operation.id)
        {
            Some(known) => *known = operation,
            None => self.changed.push(operation),
        }
        Ok(())
    }

    fn check_parent(&self, update: &OperationUpdate) -> Result<(), Rejection> {
        if update.kind == OperationType::Wait && update.action == Action::Cancel {
            return Err(illegal_state(update, "absent"));
        }
        match &update.parent_id {
            Some(parent)
                if !self
                    .find(parent)
                    .is_some_and(|known| known.kind == OperationType::Context) =>
            {
                Err(Rejection::UnknownParent {
                    id: update.id.clone(),
                    parent: parent.clone(),
                })
            }
            _ => Ok(()),
        }
    }

    fn transition(
        &self,
        operation: &mut Operation,
        update: &OperationUpdate,
        planned: Option<&Planned>,
    ) -> EventDetail {
        match update.kind {
            OperationType::Step => step(operation, update, self.now),
            OperationType::Wait => wait(operation, update, self.now),
            OperationType::Callback => {
                let callback_id = self.base.callback_id(&update.id);
                callback(operation, update, callback_id, self.now)
            }
            OperationType::ChainedInvoke => chained_invoke(operation, update, planned),
            OperationType::Context | OperationType::Execution => {
                context(operation, update, self.now)
            }
        }
    }
}

fn new_operation(update: &OperationUpdate, now: Timestamp) -> Operation {
    let mut operation = Operation::started(update.id.clone(), update.kind, now);
    operation.parent_id.clone_from(&update.parent_id);
    operation.name.clone_from(&update.name);
    operation.sub_type.clone_from(&update.sub_type);
    operation
}

/// Later updates may leave out what the first one said, but not say it differently.
fn check_consistency(known: &Operation, update: &OperationUpdate) -> Result<(), Rejection> {
    let differs = |new: &Option<String>, old: &Option<String>| new.is_some() && new != old;
    let field = if update.kind != known.kind {
        "type"
    } else if differs(&update.sub_type, &known.sub_type) {
        "subtype"
    } else if differs(&update.name, &known.name) {
        "name"
    } else if differs(&update.parent_id, &known.parent_id) {
        "parent operation id"
    } else {
        return Ok(());
    };
    Err(Rejection::Inconsistent {
        id: update.id.clone(),
        field,
    })
}

fn check_state(known: &Operation, update: &OperationUpdate) -> Result<(), Rejection> {
    let status = known.status;
    let legal = match (known.kind, update.action) {
        (OperationType::Step, Action::Start) => status == OperationStatus::Ready,
        (OperationType::Step, _) => {
            matches!(status, OperationStatus::Started | OperationStatus::Ready)
        }
        (_, Action::Start) => false,
        _ => status == OperationStatus::Started,
    };
    if legal {
        Ok(())
    } else {
        Err(illegal_state(update, status.as_str()))
    }
}

fn illegal_state(update: &OperationUpdate, state: &'static str) -> Rejection {
    Rejection::IllegalState {
        id: update.id.clone(),
        kind: update.kind,
        state,
        action: update.action,
    }
}

fn step(operation: &mut Operation, update: &OperationUpdate, now: Timestamp) -> EventDetail {
    let mut details = operation.step_details.take().unwrap_or_default();
    details.next_attempt_timestamp = None;
    let mut retry_details = RetryDetails {
        current_attempt: details.attempt + 1,
        next_attempt_delay_seconds: None,
    };
    let detail = match update.action {
        Action::Succeed => {
            operation.end(OperationStatus::Succeeded, now);
            details = StepDetails {
                result: update.payload.clone(),
                error: None,
                ..details
            };
            EventDetail::StepSucceeded {
                result: whole(update.payload.clone()),
                retry_details,
            }
        }
        Action::Fail => {
            operation.end(OperationStatus::Failed, now);
            let error = update.error.clone().unwrap_or_default();
            details = StepDetails {
                result: None,
                error: Some(error.clone()),
                ..details
            };
            EventDetail::StepFailed {
                error: whole(Some(error)),
                retry_details,
            }
        }
        Action::Retry => {
            let options = update.step_options.as_ref();
            let delay = options
                .and_then(|o| o.next_attempt_delay_seconds)
                .unwrap_or(1);
            let delay = u64::try_from(delay).unwrap_or(1);
            operation.status = OperationStatus::Pending;
            details.attempt += 1;
            details.next_attempt_timestamp = Some(now.plus_seconds(delay));
            details.error.clone_from(&update.error);
            details.result.clone_from(&update.payload);
            retry_details.next_attempt_delay_seconds = Some(delay);
            // A condition that is not met yet retries without an error, carrying its state.
            match update.error.clone() {
                None if update.payload.is_some() => EventDetail::StepSucceeded {
                    result: whole(update.payload.clone()),
                    retry_details,
                },
                error => EventDetail::StepFailed {
                    error: whole(Some(error.unwrap_or_default())),
                    retry_details,
                },
            }
        }
        Action::Start | Action::Cancel => {
            operation.status = OperationStatus::Started;
            EventDetail::StepStarted {}
        }
    };
    operation.step_details = Some(details);
    detail
}

fn context(operation: &mut Operation, update: &OperationUpdate, now: Timestamp) -> EventDetail {
    let replay_children = update
        .context_options
        .as_ref()
        .and_then(|o| o.replay_children);
    match update.action {
        Action::Succeed => {
            operation.end(OperationStatus::Succeeded, now);
            let result = update.payload.clone();
            operation.context_details = Some(ContextDetails {
                replay_children,
                result: result.clone(),
                error: None,
            });
            EventDetail::ContextSucceeded {
                result: whole(result),
            }
        }
        Action::Fail => {
            operation.end(OperationStatus::Failed, now);
            let error = update.error.clone().unwrap_or_default();
            operation.context_details = Some(ContextDetails {
                replay_children,
                result: None,
                error: Some(error.clone()),
            });
            EventDetail::ContextFailed {
                error: whole(Some(error)),
            }
        }
        _ => {
            operation.context_details = Some(ContextDetails::default());
            EventDetail::ContextStarted {}
        }
    }
}

fn wait(operation: &mut Operation, update: &OperationUpdate, now: Timestamp) -> EventDetail {
    if update.action == Action::Cancel {
        operation.end(OperationStatus::Cancelled, now);
        let error = update.error.clone().map(|error| whole(Some(error)));
        return EventDetail::WaitCancelled { error };
    }
    let seconds = update
        .wait_options
        .as_ref()
        .and_then(|o| o.wait_seconds)
        .unwrap_or(1);
    let duration = u64::try_from(seconds).unwrap_or(1);
    let scheduled_end_timestamp = now.plus_seconds(duration);
    operation.wait_details = Some(WaitDetails {
        scheduled_end_timestamp,
    });
    operation.local = Some(Local::Wait { seconds: duration });
    EventDetail::WaitStarted {
        duration,
        scheduled_end_timestamp,
    }
}

fn callback(
    operation: &mut Operation,
    update: &OperationUpdate,
    callback_id: String,
    now: Timestamp,
) -> EventDetail {
    let limit = |seconds: i64| u64::try_from(seconds).ok().filter(|seconds| *seconds > 0);
    let options = update.callback_options.as_ref();
    let timeout = options.and_then(|o| limit(o.timeout_seconds));
    let heartbeat_timeout = options.and_then(|o| limit(o.heartbeat_timeout_seconds));
    operation.callback_details = Some(CallbackDetails {
        callback_id: callback_id.clone(),
        result: None,
        error: None,
    });
    operation.local = Some(Local::Callback {
        times_out_at: timeout.map(|seconds| now.plus_seconds(seconds)),
        heartbeat_seconds: heartbeat_timeout,
        heartbeat_due_at: heartbeat_timeout.map(|seconds| now.plus_seconds(seconds)),
    });
    EventDetail::CallbackStarted {
        callback_id,
        timeout,
        heartbeat_timeout,
    }
}

fn chained_invoke(
    operation: &mut Operation,
    update: &OperationUpdate,
    planned: Option<&Planned>,
) -> EventDetail {
    let options = update.chained_invoke_options.as_ref();
    let function_name = options.map(|o| o.function_name.clone()).unwrap_or_default();
    let input = update.payload.clone().unwrap_or_else(|| "null".to_owned());
    operation.chained_invoke_details = Some(ChainedInvokeDetails::default());
    operation.local = Some(Local::ChainedInvoke(ChainedTarget {
        function: function_name.clone(),
        input: input.clone(),
        child: planned.and_then(Planned::execution).cloned(),
    }));
    EventDetail::ChainedInvokeStarted {
        function_name,
        tenant_id: options.and_then(|o| o.tenant_id.clone()),
        input: whole(Some(input)),
        executed_version: planned.map(|planned| planned.version().to_owned()),
        durable_execution_arn: planned
            .and_then(Planned::execution)
            .map(|child| child.arn.clone()),
    }
}
