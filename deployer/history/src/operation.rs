//! What the events of one operation come to.

use crate::detail::{EventDetail, RetryDetails};
use crate::error_object::ErrorObject;
use crate::event::HistoryEvent;
use crate::status::{OperationStatus, OperationType};
use crate::timestamp::Timestamp;

/// An operation, as far as its history tells.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// Its id.
    pub id: String,
    /// The operation around it.
    pub parent_id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// What the SDK made it for, such as `Parallel`.
    pub sub_type: Option<String>,
    /// Its kind.
    pub kind: OperationType,
    /// Where it stands.
    pub status: OperationStatus,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The attempts of a step, in order.
    pub attempts: Vec<Attempt>,
    /// Its result, as it was told.
    pub result: Option<String>,
    /// Its last error, as it was told.
    pub error: Option<ErrorObject>,
    /// Until when it waits: a wait for its end, a callback for its answer, a step for its next attempt.
    pub waits_until: Option<Timestamp>,
    /// Of a callback: how it is answered.
    pub callback: Option<Callback>,
    /// Of an invocation of another function: which.
    pub chained: Option<Chained>,
    /// The events that tell of it, in order.
    pub events: Vec<HistoryEvent>,
}

/// An attempt of a step.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// When it began; nothing where only its end is told.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// What went wrong.
    pub error: Option<ErrorObject>,
}

/// How a callback is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback {
    /// The id that an answer names.
    pub id: String,
    /// The seconds within which it must be answered.
    pub timeout: Option<u64>,
    /// The seconds within which a sign of life must come.
    pub heartbeat_timeout: Option<u64>,
}

/// An invocation of another function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chained {
    /// The function, as the caller named it.
    pub function: String,
    /// The execution that it is, where the function is durable.
    pub execution: Option<String>,
}

impl Operation {
    /// Begins with the first event of an operation; nothing where that tells of no kind of operation.
    pub(crate) fn begin(event: &HistoryEvent) -> Option<Self> {
        Some(Self {
            id: event.id.clone()?,
            parent_id: event.parent_id.clone(),
            name: event.name.clone(),
            sub_type: event.sub_type.clone(),
            kind: kind_of(&event.detail)?,
            status: OperationStatus::Started,
            started_at: event.event_timestamp,
            ended_at: None,
            attempts: Vec::new(),
            result: None,
            error: None,
            waits_until: None,
            callback: None,
            chained: None,
            events: Vec::new(),
        })
    }

    /// Returns whether it is over.
    pub fn is_over(&self) -> bool {
        self.status.is_terminal()
    }

    /// Takes the next event in.
    pub(crate) fn add(&mut self, event: HistoryEvent) {
        let at = event.event_timestamp;
        match &event.detail {
            EventDetail::StepStarted {} => self.begin_attempt(at),
            EventDetail::StepFailed {
                error,
                retry_details,
            } => self.fail_attempt(at, error.payload.as_ref(), retry_details),
            EventDetail::WaitStarted {
                scheduled_end_timestamp,
                ..
            } => self.waits_until = Some(*scheduled_end_timestamp),
            EventDetail::CallbackStarted {
                callback_id,
                timeout,
                heartbeat_timeout,
            } => {
                self.waits_until = timeout.map(|seconds| at.plus_seconds(seconds));
                self.callback = Some(Callback {
                    id: callback_id.clone(),
                    timeout: *timeout,
                    heartbeat_timeout: *heartbeat_timeout,
                });
            }
            EventDetail::ChainedInvokeStarted {
                function_name,
                durable_execution_arn,
                ..
            } => {
                self.chained = Some(Chained {
                    function: function_name.clone(),
                    execution: durable_execution_arn.clone(),
                });
            }
            detail => self.add_end(at, detail),
        }
        self.events.push(event);
    }

    /// Takes an event in that ends the operation.
    fn add_end(&mut self, at: Timestamp, detail: &EventDetail) {
        match detail {
            EventDetail::StepSucceeded { result, .. } => {
                self.end_attempt(at, None);
                self.succeed(at, result.payload.clone());
            }
            EventDetail::WaitSucceeded { .. } => self.succeed(at, None),
            EventDetail::WaitCancelled { error } => {
                let error = error.as_ref().and_then(|error| error.payload.clone());
                self.fail(OperationStatus::Cancelled, at, error);
            }
            EventDetail::ContextSucceeded { result }
            | EventDetail::CallbackSucceeded { result }
            | EventDetail::ChainedInvokeSucceeded { result } => {
                self.succeed(at, result.payload.clone());
            }
            EventDetail::ContextFailed { error }
            | EventDetail::CallbackFailed { error }
            | EventDetail::ChainedInvokeFailed { error } => {
                self.fail(OperationStatus::Failed, at, error.payload.clone());
            }
            EventDetail::CallbackTimedOut { error }
            | EventDetail::ChainedInvokeTimedOut { error } => {
                self.fail(OperationStatus::TimedOut, at, error.payload.clone());
            }
            EventDetail::ChainedInvokeStopped { error } => {
                self.fail(OperationStatus::Stopped, at, error.payload.clone());
            }
            _ => {}
        }
    }

    fn fail_attempt(&mut self, at: Timestamp, error: Option<&ErrorObject>, retry: &RetryDetails) {
        self.end_attempt(at, error.cloned());
        match retry.next_attempt_delay_seconds {
            Some(seconds) => {
                self.status = OperationStatus::Pending;
                self.error = error.cloned();
                self.waits_until = Some(at.plus_seconds(seconds));
            }
            None => self.fail(OperationStatus::Failed, at, error.cloned()),
        }
    }

    fn begin_attempt(&mut self, at: Timestamp) {
        self.status = OperationStatus::Started;
        self.waits_until = None;
        self.attempts.push(Attempt {
            started_at: Some(at),
            ended_at: None,
            error: None,
        });
    }

    fn end_attempt(&mut self, at: Timestamp, error: Option<ErrorObject>) {
        match self.attempts.last_mut() {
            Some(attempt) if attempt.ended_at.is_none() => {
                attempt.ended_at = Some(at);
                attempt.error = error;
            }
            // An attempt may be told by its end alone.
            _ => self.attempts.push(Attempt {
                started_at: None,
                ended_at: Some(at),
                error,
            }),
        }
    }

    fn succeed(&mut self, at: Timestamp, result: Option<String>) {
        self.end(OperationStatus::Succeeded, at);
        self.result = result;
        self.error = None;
    }

    fn fail(&mut self, status: OperationStatus, at: Timestamp, error: Option<ErrorObject>) {
        self.end(status, at);
        self.error = error;
    }

    fn end(&mut self, status: OperationStatus, at: Timestamp) {
        self.status = status;
        self.ended_at = Some(at);
        self.waits_until = None;
    }
}

fn kind_of(detail: &EventDetail) -> Option<OperationType> {
    Some(match detail {
        EventDetail::ContextStarted {}
        | EventDetail::ContextSucceeded { .. }
        | EventDetail::ContextFailed { .. } => OperationType::Context,
        EventDetail::StepStarted {}
        | EventDetail::StepSucceeded { .. }
        | EventDetail::StepFailed { .. } => OperationType::Step,
        EventDetail::WaitStarted { .. }
        | EventDetail::WaitSucceeded { .. }
        | EventDetail::WaitCancelled { .. } => OperationType::Wait,
        EventDetail::CallbackStarted { .. }
        | EventDetail::CallbackSucceeded { .. }
        | EventDetail::CallbackFailed { .. }
        | EventDetail::CallbackTimedOut { .. } => OperationType::Callback,
        EventDetail::ChainedInvokeStarted { .. }
        | EventDetail::ChainedInvokeSucceeded { .. }
        | EventDetail::ChainedInvokeFailed { .. }
        | EventDetail::ChainedInvokeTimedOut { .. }
        | EventDetail::ChainedInvokeStopped { .. } => OperationType::ChainedInvoke,
        _ => return None,
    })
}
