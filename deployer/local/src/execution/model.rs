//! An execution, and the changes that make up its life.
//!
//! Whatever happens to an execution is a [`Change`]: computed without side effects from the state
//! before it, written to the log, then applied. Reopening the log applies the same changes again.

use std::collections::BTreeMap;
use std::time::Duration;

use durable_history::{
    ErrorObject, EventDetail, ExecutionStatus, HistoryEvent, OperationStatus, OperationType,
    Timestamp, whole,
};
use serde::{Deserialize, Serialize};

use crate::execution::names;
use crate::execution::operation::{ExecutionDetails, Operation};
use crate::execution::pausing::{Pause, Pausing};

/// The most seconds from the start of an execution to its timeout, however long it was paused.
const LONGEST_LIFE: u64 = 366 * 24 * 60 * 60;

/// What is fixed when an execution starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) function_name: String,
    pub(crate) function_arn: String,
    pub(crate) version: String,
    pub(crate) input: String,
    pub(crate) execution_timeout_seconds: u64,
    pub(crate) retention_days: u32,
    pub(crate) trace_header: Option<String>,
}

impl Identity {
    /// Returns the function's ARN with the version that the execution is pinned to.
    pub(crate) fn qualified_function_arn(&self) -> String {
        format!("{}:{}", self.function_arn, self.version)
    }
}

/// How an execution ended, or will when its invocation answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Outcome {
    Succeeded(Option<String>),
    Failed(ErrorObject),
    TimedOut(ErrorObject),
    Stopped(ErrorObject),
}

impl Outcome {
    /// Returns the status that an execution with this outcome has.
    pub(crate) fn status(&self) -> ExecutionStatus {
        match self {
            Self::Succeeded(_) => ExecutionStatus::Succeeded,
            Self::Failed(_) => ExecutionStatus::Failed,
            Self::TimedOut(_) => ExecutionStatus::TimedOut,
            Self::Stopped(_) => ExecutionStatus::Stopped,
        }
    }

    fn detail(&self) -> EventDetail {
        match self.clone() {
            Self::Succeeded(result) => EventDetail::ExecutionSucceeded {
                result: whole(result),
            },
            Self::Failed(error) => EventDetail::ExecutionFailed {
                error: whole(Some(error)),
            },
            Self::TimedOut(error) => EventDetail::ExecutionTimedOut {
                error: whole(Some(error)),
            },
            Self::Stopped(error) => EventDetail::ExecutionStopped {
                error: whole(Some(error)),
            },
        }
    }
}

/// The end of an execution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Closing {
    pub(crate) at: Timestamp,
    pub(crate) outcome: Outcome,
}

/// What one happening changes. Operations are complete, events are new.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Change {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) operations: Vec<Operation>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) events: Vec<HistoryEvent>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) phase: Option<Phase>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) promised: Option<Outcome>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) closing: Option<Closing>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pausing: Option<Pausing>,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) bytes: u64,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Change {
    /// Returns whether nothing happened.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Ends the execution with this change.
    pub(crate) fn close(&mut self, outcome: Outcome, now: Timestamp) {
        self.events
            .push(HistoryEvent::of_execution(now, outcome.detail()));
        self.closing = Some(Closing { at: now, outcome });
    }
}

/// What the service has to do for an execution next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Phase {
    /// Something happened that the function does not know: invoke it.
    Due {
        /// Invocations that failed since the last that answered.
        failures: u32,
        /// Not earlier than this.
        at: Timestamp,
    },
    /// The function runs; `stale` when something happened that it may have missed.
    Invoked { failures: u32, stale: bool },
    /// The function still runs, but a pause cut it off: what it does and answers does not count.
    CutOff,
    /// The function answered that it waits.
    Suspended,
}

/// An execution with all that is known of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Execution {
    pub(crate) identity: Identity,
    pub(crate) started_at: Timestamp,
    pub(crate) phase: Phase,
    pub(crate) closing: Option<Closing>,
    /// The outcome that the function checkpointed because it is too large for an answer.
    pub(crate) promised: Option<Outcome>,
    pub(crate) pausing: Pausing,
    pub(crate) events: Vec<HistoryEvent>,
    /// Payload bytes written so far.
    pub(crate) bytes: u64,
    operations: Vec<Operation>,
    positions: BTreeMap<String, usize>,
}

impl Execution {
    /// Starts an execution.
    pub(crate) fn start(identity: Identity, now: Timestamp) -> Self {
        let mut operation = Operation::started(identity.id.clone(), OperationType::Execution, now);
        operation.name = Some(identity.name.clone());
        operation.execution_details = Some(ExecutionDetails {
            input_payload: identity.input.clone(),
        });
        let mut execution = Self {
            started_at: now,
            phase: Phase::Due {
                failures: 0,
                at: now,
            },
            closing: None,
            promised: None,
            pausing: Pausing::default(),
            events: Vec::new(),
            bytes: 0,
            operations: Vec::new(),
            positions: BTreeMap::new(),
            identity,
        };
        let input = whole(Some(execution.identity.input.clone()));
        let execution_timeout = execution.identity.execution_timeout_seconds;
        execution.apply(Change {
            operations: vec![operation],
            events: vec![HistoryEvent::of_execution(
                now,
                EventDetail::ExecutionStarted {
                    input,
                    execution_timeout,
                },
            )],
            bytes: execution.identity.input.len() as u64,
            ..Change::default()
        });
        execution
    }

    /// Makes a change part of the state.
    pub(crate) fn apply(&mut self, change: Change) {
        for operation in change.operations {
            if let Some(known) = self
                .positions
                .get(&operation.id)
                .and_then(|at| self.operations.get_mut(*at))
            {
                *known = operation;
            } else {
                self.positions
                    .insert(operation.id.clone(), self.operations.len());
                self.operations.push(operation);
            }
        }
        for mut event in change.events {
            event.event_id = self.events.len() as u64 + 1;
            self.events.push(event);
        }
        if let Some(phase) = change.phase {
            self.phase = phase;
        }
        if change.promised.is_some() {
            self.promised = change.promised;
        }
        if change.closing.is_some() {
            self.closing = change.closing;
        }
        if let Some(pausing) = change.pausing {
            self.pausing = pausing;
        }
        self.bytes += change.bytes;
    }

    /// Returns the operation with this id.
    pub(crate) fn operation(&self, id: &str) -> Option<&Operation> {
        self.positions
            .get(id)
            .and_then(|at| self.operations.get(*at))
    }

    /// Returns all operations, the `EXECUTION` first, then as they started.
    pub(crate) fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// Returns the operations that are not over.
    pub(crate) fn open_operations(&self) -> impl Iterator<Item = &Operation> {
        self.operations.iter().filter(|operation| {
            operation.kind != OperationType::Execution && !operation.status.is_terminal()
        })
    }

    /// Returns where the execution stands.
    pub(crate) fn status(&self) -> ExecutionStatus {
        match (&self.closing, self.pause()) {
            (Some(closing), _) => closing.outcome.status(),
            (None, Some(pause)) if pause.since.is_some() => ExecutionStatus::Paused,
            (None, Some(_)) => ExecutionStatus::Pausing,
            (None, None) => ExecutionStatus::Running,
        }
    }

    /// Returns the pause of an execution that is paused or pausing.
    pub(crate) fn pause(&self) -> Option<&Pause> {
        self.pausing.pause.as_ref().filter(|_| !self.is_closed())
    }

    /// Returns whether the execution is over.
    pub(crate) fn is_closed(&self) -> bool {
        self.closing.is_some()
    }

    /// Returns when the execution times out. While a pause stops its timeout, that is at the end
    /// of the longest life that an execution has.
    pub(crate) fn times_out_at(&self) -> Timestamp {
        let latest = self.started_at.plus_seconds(LONGEST_LIFE);
        let stopped = |pause: &Pause| pause.stops_timeout && pause.since.is_some();
        if self.pause().is_some_and(stopped) {
            return latest;
        }
        self.started_at
            .plus_seconds(self.identity.execution_timeout_seconds)
            .plus(Duration::from_millis(self.pausing.put_off_millis))
            .min(latest)
    }

    /// Returns when the execution is forgotten and its name free again; `None` while it runs.
    pub(crate) fn expires_at(&self) -> Option<Timestamp> {
        let days = u64::from(self.identity.retention_days);
        self.closing
            .as_ref()
            .map(|closing| closing.at.plus_seconds(days * 24 * 60 * 60))
    }

    /// Returns the phase after something happened that the function does not know of yet.
    pub(crate) fn phase_after_news(&self, now: Timestamp) -> Phase {
        match self.phase {
            Phase::Suspended => Phase::Due {
                failures: 0,
                at: now,
            },
            Phase::Invoked { failures, .. } => Phase::Invoked {
                failures,
                stale: true,
            },
            other @ (Phase::Due { .. } | Phase::CutOff) => other,
        }
    }

    /// Returns whether anything is under way that can wake a suspended function.
    pub(crate) fn waits_for_something(&self) -> bool {
        self.open_operations()
            .any(|operation| match operation.kind {
                OperationType::Wait | OperationType::Callback | OperationType::ChainedInvoke => {
                    true
                }
                OperationType::Step => {
                    matches!(
                        operation.status,
                        OperationStatus::Pending | OperationStatus::Ready
                    )
                }
                OperationType::Execution | OperationType::Context => false,
            })
    }

    /// Returns whether the API shows this operation to the function: not below a context that
    /// ended, unless the context asked to replay its children.
    pub(crate) fn is_replayed(&self, operation: &Operation) -> bool {
        let mut parent = operation.parent_id.as_deref();
        while let Some(context) = parent.and_then(|id| self.operation(id)) {
            let replays = context
                .context_details
                .as_ref()
                .and_then(|details| details.replay_children)
                .unwrap_or(false);
            if context.status.is_terminal() && !replays {
                return false;
            }
            parent = context.parent_id.as_deref();
        }
        true
    }

    /// Makes the callback id of an operation of this execution.
    pub(crate) fn callback_id(&self, operation_id: &str) -> String {
        names::callback_id(&self.identity.id, operation_id)
    }
}
