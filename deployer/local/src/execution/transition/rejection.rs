//! Why a checkpoint is refused.

use crate::execution::wire::Action;
use durable_history::OperationType;

/// The reason for which no update of a checkpoint was applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Rejection {
    // The SDKs recognize a stale token by exactly this beginning, and then let the invocation die
    // for the service to start a fresh one.
    #[error("Invalid Checkpoint Token")]
    StaleToken,
    // Begins in the same way, and means the same for the function.
    #[error("Invalid Checkpoint Token: the execution is paused")]
    Paused,
    #[error("Invalid operation id `{id}`")]
    OperationId { id: String },
    #[error("Invalid {field} of operation `{id}`: {reason}")]
    Field {
        id: String,
        field: &'static str,
        reason: &'static str,
    },
    #[error("Invalid parent operation id `{parent}` of operation `{id}`")]
    UnknownParent { id: String, parent: String },
    #[error("Inconsistent operation {field} for operation `{id}`")]
    Inconsistent { id: String, field: &'static str },
    #[error("Invalid action {action} for operation type {kind}", action = action.as_str(), kind = kind.as_str())]
    IllegalAction { kind: OperationType, action: Action },
    #[error("Invalid current {kind} state {state} of operation `{id}` for action {action}", kind = kind.as_str(), action = action.as_str())]
    IllegalState {
        id: String,
        kind: OperationType,
        state: &'static str,
        action: Action,
    },
    #[error("EXECUTION checkpoint must be the last update")]
    ExecutionNotLast,
    #[error("Payload of operation `{id}` exceeds {limit} bytes")]
    PayloadTooLarge { id: String, limit: usize },
    #[error("Execution exceeds {limit} operations")]
    TooManyOperations { limit: usize },
    #[error("Execution exceeds {limit} bytes of storage")]
    TooMuchStorage { limit: u64 },
}
