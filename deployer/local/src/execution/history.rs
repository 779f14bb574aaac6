//! The history of an execution, in the event shapes of the service.

use serde::{Deserialize, Serialize};

use crate::execution::operation::Operation;
use crate::execution::time::Timestamp;
use crate::execution::wire::ErrorObject;

/// One event. Ids count from 1, without gaps.
#[expect(clippy::struct_field_names, reason = "the API names them so")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Event {
    pub(crate) event_id: u64,
    pub(crate) event_type: String,
    pub(crate) event_timestamp: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sub_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) parent_id: Option<String>,
    #[serde(flatten)]
    pub(crate) detail: EventDetail,
}

/// A payload in an event.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct EventPayload<T> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) payload: Option<T>,
    pub(crate) truncated: bool,
}

/// A payload of text, as inputs and results are.
pub(crate) type EventText = EventPayload<String>;
/// A payload that is an error.
pub(crate) type EventError = EventPayload<ErrorObject>;

/// How often a step was tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RetryDetails {
    pub(crate) current_attempt: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) next_attempt_delay_seconds: Option<u64>,
}

/// What happened, under the name of the API's detail member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all_fields = "PascalCase")]
pub(crate) enum EventDetail {
    #[serde(rename = "ExecutionStartedDetails")]
    ExecutionStarted {
        input: EventText,
        execution_timeout: u64,
    },
    #[serde(rename = "ExecutionSucceededDetails")]
    ExecutionSucceeded { result: EventText },
    #[serde(rename = "ExecutionFailedDetails")]
    ExecutionFailed { error: EventError },
    #[serde(rename = "ExecutionTimedOutDetails")]
    ExecutionTimedOut { error: EventError },
    #[serde(rename = "ExecutionStoppedDetails")]
    ExecutionStopped { error: EventError },
    #[serde(rename = "ContextStartedDetails")]
    ContextStarted {},
    #[serde(rename = "ContextSucceededDetails")]
    ContextSucceeded { result: EventText },
    #[serde(rename = "ContextFailedDetails")]
    ContextFailed { error: EventError },
    #[serde(rename = "StepStartedDetails")]
    StepStarted {},
    #[serde(rename = "StepSucceededDetails")]
    StepSucceeded {
        result: EventText,
        retry_details: RetryDetails,
    },
    #[serde(rename = "StepFailedDetails")]
    StepFailed {
        error: EventError,
        retry_details: RetryDetails,
    },
    #[serde(rename = "WaitStartedDetails")]
    WaitStarted {
        duration: u64,
        scheduled_end_timestamp: Timestamp,
    },
    #[serde(rename = "WaitSucceededDetails")]
    WaitSucceeded { duration: u64 },
    #[serde(rename = "WaitCancelledDetails")]
    WaitCancelled {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<EventError>,
    },
    #[serde(rename = "CallbackStartedDetails")]
    CallbackStarted {
        callback_id: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout: Option<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        heartbeat_timeout: Option<u64>,
    },
    #[serde(rename = "CallbackSucceededDetails")]
    CallbackSucceeded { result: EventText },
    #[serde(rename = "CallbackFailedDetails")]
    CallbackFailed { error: EventError },
    #[serde(rename = "CallbackTimedOutDetails")]
    CallbackTimedOut { error: EventError },
    #[serde(rename = "ChainedInvokeStartedDetails")]
    ChainedInvokeStarted {
        function_name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tenant_id: Option<String>,
        input: EventText,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        executed_version: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        durable_execution_arn: Option<String>,
    },
    #[serde(rename = "ChainedInvokeSucceededDetails")]
    ChainedInvokeSucceeded { result: EventText },
    #[serde(rename = "ChainedInvokeFailedDetails")]
    ChainedInvokeFailed { error: EventError },
    #[serde(rename = "ChainedInvokeTimedOutDetails")]
    ChainedInvokeTimedOut { error: EventError },
    #[serde(rename = "ChainedInvokeStoppedDetails")]
    ChainedInvokeStopped { error: EventError },
    #[serde(rename = "InvocationCompletedDetails")]
    InvocationCompleted {
        start_timestamp: Timestamp,
        end_timestamp: Timestamp,
        request_id: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<EventError>,
    },
}

/// Wraps a payload that an event carries whole.
pub(crate) fn whole<T>(payload: Option<T>) -> EventPayload<T> {
    EventPayload {
        payload,
        truncated: false,
    }
}

impl EventDetail {
    /// Returns the type of an event with this detail.
    fn event_type(&self) -> &'static str {
        match self {
            Self::ExecutionStarted { .. } => "ExecutionStarted",
            Self::ExecutionSucceeded { .. } => "ExecutionSucceeded",
            Self::ExecutionFailed { .. } => "ExecutionFailed",
            Self::ExecutionTimedOut { .. } => "ExecutionTimedOut",
            Self::ExecutionStopped { .. } => "ExecutionStopped",
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
        }
    }

    /// Drops what `IncludeExecutionData=false` leaves out.
    fn without_data(mut self) -> Self {
        match &mut self {
            Self::ExecutionStarted { input, .. } | Self::ChainedInvokeStarted { input, .. } => {
                input.payload = None;
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
        }
        self
    }
}

impl Event {
    /// Makes an event of the execution as a whole; its id is given when it is added.
    pub(crate) fn of_execution(at: Timestamp, detail: EventDetail) -> Self {
        Self {
            event_id: 0,
            event_type: detail.event_type().to_owned(),
            event_timestamp: at,
            id: None,
            name: None,
            sub_type: None,
            parent_id: None,
            detail,
        }
    }

    /// Makes an event of one operation.
    pub(crate) fn of_operation(at: Timestamp, operation: &Operation, detail: EventDetail) -> Self {
        Self {
            id: Some(operation.id.clone()),
            name: operation.name.clone(),
            sub_type: operation.sub_type.clone(),
            parent_id: operation.parent_id.clone(),
            ..Self::of_execution(at, detail)
        }
    }

    /// Returns the event without payloads.
    pub(crate) fn without_data(self) -> Self {
        Self {
            detail: self.detail.without_data(),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_the_shape_of_the_api_and_reads_back() {
        let event = Event::of_execution(
            Timestamp::from_millis(1500),
            EventDetail::StepSucceeded {
                result: whole(Some("1".to_owned())),
                retry_details: RetryDetails {
                    current_attempt: 1,
                    next_attempt_delay_seconds: None,
                },
            },
        );
        let json = serde_json::to_value(&event).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "EventId": 0, "EventType": "StepSucceeded", "EventTimestamp": 1.5,
                "StepSucceededDetails": {
                    "Result": {"Payload": "1", "Truncated": false},
                    "RetryDetails": {"CurrentAttempt": 1}
                }
            })
        );
        assert_eq!(serde_json::from_value::<Event>(json).unwrap(), event);
        let bare = serde_json::to_value(event.without_data()).unwrap();
        assert_eq!(
            bare["StepSucceededDetails"]["Result"],
            serde_json::json!({"Truncated": false})
        );
    }
}
