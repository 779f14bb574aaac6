//! What an event tells beside what every event tells.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error_object::ErrorObject;
use crate::timestamp::Timestamp;

/// A payload in an event.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct EventPayload<T> {
    /// The payload; nothing where there is none, and where the history was asked for without data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<T>,
    /// Whether the service cut it off.
    #[serde(default)]
    pub truncated: bool,
}

/// A payload of text, as inputs and results are.
pub type EventText = EventPayload<String>;
/// A payload that is an error.
pub type EventError = EventPayload<ErrorObject>;

/// How often a step was tried.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RetryDetails {
    /// The attempt that ended, counted from 1.
    #[serde(default)]
    pub current_attempt: u32,
    /// The seconds until the next attempt; nothing where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_attempt_delay_seconds: Option<u64>,
}

/// What happened, under the name of the API's detail member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all_fields = "PascalCase")]
pub enum EventDetail {
    /// The execution began.
    #[serde(rename = "ExecutionStartedDetails")]
    ExecutionStarted {
        /// What it was given.
        #[serde(default)]
        input: EventText,
        /// The seconds that it may take.
        execution_timeout: u64,
    },
    /// It ended with a result.
    #[serde(rename = "ExecutionSucceededDetails")]
    ExecutionSucceeded {
        /// The result.
        #[serde(default)]
        result: EventText,
    },
    /// It ended with an error.
    #[serde(rename = "ExecutionFailedDetails")]
    ExecutionFailed {
        /// The error.
        #[serde(default)]
        error: EventError,
    },
    /// It ran out of time.
    #[serde(rename = "ExecutionTimedOutDetails")]
    ExecutionTimedOut {
        /// The error.
        #[serde(default)]
        error: EventError,
    },
    /// Somebody stopped it.
    #[serde(rename = "ExecutionStoppedDetails")]
    ExecutionStopped {
        /// The error.
        #[serde(default)]
        error: EventError,
    },
    /// It was paused.
    #[serde(rename = "ExecutionPausedDetails")]
    ExecutionPaused {
        /// When somebody asked for it.
        pause_request_timestamp: Timestamp,
        /// Why, as they said.
        #[serde(default)]
        reason: EventText,
        /// Whether its timeout is put off by the time for which it is paused.
        execution_timeout_paused: bool,
    },
    /// It goes on after a pause.
    #[serde(rename = "ExecutionResumedDetails")]
    ExecutionResumed {
        /// When somebody asked for it.
        resume_request_timestamp: Timestamp,
        /// Why, as they said.
        #[serde(default)]
        reason: EventText,
    },
    /// A context began: what is run apart, such as a branch.
    #[serde(rename = "ContextStartedDetails")]
    ContextStarted {},
    /// A context ended with a result.
    #[serde(rename = "ContextSucceededDetails")]
    ContextSucceeded {
        /// The result.
        #[serde(default)]
        result: EventText,
    },
    /// A context ended with an error.
    #[serde(rename = "ContextFailedDetails")]
    ContextFailed {
        /// The error.
        #[serde(default)]
        error: EventError,
    },
    /// An attempt of a step began.
    #[serde(rename = "StepStartedDetails")]
    StepStarted {},
    /// A step ended with a result.
    #[serde(rename = "StepSucceededDetails")]
    StepSucceeded {
        /// The result.
        #[serde(default)]
        result: EventText,
        /// Which attempt it was.
        #[serde(default)]
        retry_details: RetryDetails,
    },
    /// An attempt of a step failed; where it says when the next begins, the step goes on.
    #[serde(rename = "StepFailedDetails")]
    StepFailed {
        /// The error.
        #[serde(default)]
        error: EventError,
        /// Which attempt it was.
        #[serde(default)]
        retry_details: RetryDetails,
    },
    /// A wait began.
    #[serde(rename = "WaitStartedDetails")]
    WaitStarted {
        /// Its length in seconds.
        duration: u64,
        /// When it ends.
        scheduled_end_timestamp: Timestamp,
    },
    /// A wait came to its end.
    #[serde(rename = "WaitSucceededDetails")]
    WaitSucceeded {
        /// Its length in seconds.
        duration: u64,
    },
    /// A wait was given up.
    #[serde(rename = "WaitCancelledDetails")]
    WaitCancelled {
        /// The error, where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<EventError>,
    },
    /// A callback was opened.
    #[serde(rename = "CallbackStartedDetails")]
    CallbackStarted {
        /// By what it is answered.
        callback_id: String,
        /// The seconds within which it must be answered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout: Option<u64>,
        /// The seconds within which a sign of life must come.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        heartbeat_timeout: Option<u64>,
    },
    /// A callback was answered with a result.
    #[serde(rename = "CallbackSucceededDetails")]
    CallbackSucceeded {
        /// The result.
        #[serde(default)]
        result: EventText,
    },
    /// A callback was answered with an error.
    #[serde(rename = "CallbackFailedDetails")]
    CallbackFailed {
        /// The error.
        #[serde(default)]
        error: EventError,
    },
    /// Nobody answered a callback in time.
    #[serde(rename = "CallbackTimedOutDetails")]
    CallbackTimedOut {
        /// The error.
        #[serde(default)]
        error: EventError,
    },
    /// Another function was invoked.
    #[serde(rename = "ChainedInvokeStartedDetails")]
    ChainedInvokeStarted {
        /// The function, as the caller named it.
        function_name: String,
        /// The tenant that it was invoked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tenant_id: Option<String>,
        /// What it was given.
        #[serde(default)]
        input: EventText,
        /// The version that ran.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        executed_version: Option<String>,
        /// The execution that it is, where the function is durable.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        durable_execution_arn: Option<String>,
    },
    /// The other function answered with a result.
    #[serde(rename = "ChainedInvokeSucceededDetails")]
    ChainedInvokeSucceeded {
        /// The result.
        #[serde(default)]
        result: EventText,
    },
    /// The other function answered with an error.
    #[serde(rename = "ChainedInvokeFailedDetails")]
    ChainedInvokeFailed {
        /// The error.
        #[serde(default)]
        error: EventError,
    },
    /// The other function did not answer in time.
    #[serde(rename = "ChainedInvokeTimedOutDetails")]
    ChainedInvokeTimedOut {
        /// The error.
        #[serde(default)]
        error: EventError,
    },
    /// The other function's execution was stopped.
    #[serde(rename = "ChainedInvokeStoppedDetails")]
    ChainedInvokeStopped {
        /// The error.
        #[serde(default)]
        error: EventError,
    },
    /// An invocation of the function came to its end.
    #[serde(rename = "InvocationCompletedDetails")]
    InvocationCompleted {
        /// When it began.
        start_timestamp: Timestamp,
        /// When it ended.
        end_timestamp: Timestamp,
        /// Lambda's id of it.
        request_id: String,
        /// The error, where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<EventError>,
    },
    /// What is not known here: all that the event has beside what every event has.
    #[serde(untagged)]
    Other(Map<String, Value>),
}

/// Wraps a payload that an event carries whole.
pub fn whole<T>(payload: Option<T>) -> EventPayload<T> {
    EventPayload {
        payload,
        truncated: false,
    }
}

impl EventDetail {
    /// Returns the type of an event with this detail; nothing for one that is not known.
    pub fn event_type(&self) -> &'static str {
        match self {
            Self::ExecutionStarted { .. } => "ExecutionStarted",
            Self::ExecutionSucceeded { .. } => "ExecutionSucceeded",
            Self::ExecutionFailed { .. } => "ExecutionFailed",
            Self::ExecutionTimedOut { .. } => "ExecutionTimedOut",
            Self::ExecutionStopped { .. } => "ExecutionStopped",
            Self::ExecutionPaused { .. } => "ExecutionPaused",
            Self::ExecutionResumed { .. } => "ExecutionResumed",
            Self::ContextStarted {} => "ContextStarted",
            Self::ContextSucceeded { .. } => "ContextSucceeded",
            Self::ContextFailed { .. } => "ContextFailed",
            Self::StepStarted {} => "StepStarted",
            Self::StepSucceeded { .. } => "StepSucceeded",
            Self::StepFailed { .. } => "StepFailed",
            Self::WaitStarted { .. } => "WaitStarted",
            Self::WaitSucceeded { .. } => "WaitSucceeded",
            Self::WaitCancelled { .. } => "WaitCancelled",
            Self::CallbackStarted { .. } => "CallbackStarted",
            Self::CallbackSucceeded { .. } => "CallbackSucceeded",
            Self::CallbackFailed { .. } => "CallbackFailed",
            Self::CallbackTimedOut { .. } => "CallbackTimedOut",
            Self::ChainedInvokeStarted { .. } => "ChainedInvokeStarted",
            Self::ChainedInvokeSucceeded { .. } => "ChainedInvokeSucceeded",
            Self::ChainedInvokeFailed { .. } => "ChainedInvokeFailed",
            Self::ChainedInvokeTimedOut { .. } => "ChainedInvokeTimedOut",
            Self::ChainedInvokeStopped { .. } => "ChainedInvokeStopped",
            Self::InvocationCompleted { .. } => "InvocationCompleted",
            Self::Other(_) => "",
        }
    }

    /// Returns what went wrong, where an event tells of that.
    pub fn error(&self) -> Option<&EventError> {
        match self {
            Self::ExecutionFailed { error }
            | Self::ExecutionTimedOut { error }
            | Self::ExecutionStopped { error }
            | Self::ContextFailed { error }
            | Self::StepFailed { error, .. }
            | Self::CallbackFailed { error }
            | Self::CallbackTimedOut { error }
            | Self::ChainedInvokeFailed { error }
            | Self::ChainedInvokeTimedOut { error }
            | Self::ChainedInvokeStopped { error } => Some(error),
            Self::InvocationCompleted { error, .. } | Self::WaitCancelled { error } => {
                error.as_ref()
            }
            _ => None,
        }
    }

    /// Drops what `IncludeExecutionData=false` leaves out.
    pub(crate) fn without_data(mut self) -> Self {
        match &mut self {
            Self::ExecutionStarted { input, .. } | Self::ChainedInvokeStarted { input, .. } => {
                input.payload = None;
            }
            Self::ExecutionPaused { reason, .. } | Self::ExecutionResumed { reason, .. } => {
                reason.payload = None;
            }
            Self::ExecutionSucceeded { result }
            | Self::ContextSucceeded { result }
            | Self::StepSucceeded { result, .. }
            | Self::CallbackSucceeded { result }
            | Self::ChainedInvokeSucceeded { result } => result.payload = None,
            Self::ExecutionFailed { error }
            | Self::ExecutionTimedOut { error }
            | Self::ExecutionStopped { error }
            | Self::ContextFailed { error }
            | Self::StepFailed { error, .. }
            | Self::CallbackFailed { error }
            | Self::CallbackTimedOut { error }
            | Self::ChainedInvokeFailed { error }
            | Self::ChainedInvokeTimedOut { error }
            | Self::ChainedInvokeStopped { error } => error.payload = None,
            Self::InvocationCompleted { error, .. } | Self::WaitCancelled { error } => {
                if let Some(error) = error {
                    error.payload = None;
                }
            }
            Self::ContextStarted {}
            | Self::StepStarted {}
            | Self::WaitStarted { .. }
            | Self::WaitSucceeded { .. }
            | Self::CallbackStarted { .. } => {}
            // What is data in it cannot be told.
            Self::Other(fields) => fields.clear(),
        }
        self
    }
}
