//! What clients send: updates of operations and the objects in them.

use durable_history::{ErrorObject, OperationType};
use serde::{Deserialize, Serialize};

/// What an update wants of its operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Action {
    Start,
    Succeed,
    Fail,
    Retry,
    Cancel,
}

impl Action {
    /// Returns the name on the wire.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Start => "START",
            Self::Succeed => "SUCCEED",
            Self::Fail => "FAIL",
            Self::Retry => "RETRY",
            Self::Cancel => "CANCEL",
        }
    }
}

/// One update in a checkpoint.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct OperationUpdate {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) parent_id: Option<String>,
    #[serde(default)]
    pub(crate) name: Option<String>,
    #[serde(rename = "Type")]
    pub(crate) kind: OperationType,
    #[serde(default)]
    pub(crate) sub_type: Option<String>,
    pub(crate) action: Action,
    #[serde(default)]
    pub(crate) payload: Option<String>,
    #[serde(default)]
    pub(crate) error: Option<ErrorObject>,
    #[serde(default)]
    pub(crate) context_options: Option<ContextOptions>,
    #[serde(default)]
    pub(crate) step_options: Option<StepOptions>,
    #[serde(default)]
    pub(crate) wait_options: Option<WaitOptions>,
    #[serde(default)]
    pub(crate) callback_options: Option<CallbackOptions>,
    #[serde(default)]
    pub(crate) chained_invoke_options: Option<ChainedInvokeOptions>,
}

impl OperationUpdate {
    /// Returns the bytes of payload and error.
    pub(crate) fn size(&self) -> usize {
        let error = self.error.as_ref().map_or(0, ErrorObject::size);
        self.payload.as_ref().map_or(0, String::len) + error
    }
}

/// Options of a context.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ContextOptions {
    #[serde(default)]
    pub(crate) replay_children: Option<bool>,
}

/// Options of a step.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct StepOptions {
    #[serde(default)]
    pub(crate) next_attempt_delay_seconds: Option<i64>,
}

/// Options of a wait.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct WaitOptions {
    #[serde(default)]
    pub(crate) wait_seconds: Option<i64>,
}

/// Options of a callback; zero means without end.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CallbackOptions {
    #[serde(default)]
    pub(crate) timeout_seconds: i64,
    #[serde(default)]
    pub(crate) heartbeat_timeout_seconds: i64,
}

/// Options of a chained invoke.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ChainedInvokeOptions {
    #[serde(default)]
    pub(crate) function_name: String,
    #[serde(default)]
    pub(crate) tenant_id: Option<String>,
}

/// The body of `CheckpointDurableExecution`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CheckpointRequest {
    pub(crate) checkpoint_token: String,
    #[serde(default)]
    pub(crate) updates: Vec<OperationUpdate>,
    #[serde(default)]
    pub(crate) client_token: Option<String>,
}
