//! Where executions and operations stand, and what kinds of operations there are.

use serde::{Deserialize, Serialize};

/// Where an execution stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ExecutionStatus {
    /// It goes on.
    Running,
    /// It is to pause, and waits until its function gets to the next checkpoint.
    Pausing,
    /// It is paused: its function is not invoked until somebody resumes it.
    Paused,
    /// It ended with a result.
    Succeeded,
    /// It ended with an error.
    Failed,
    /// It ran out of time.
    TimedOut,
    /// Somebody stopped it.
    Stopped,
}

impl ExecutionStatus {
    /// Returns the name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Pausing => "PAUSING",
            Self::Paused => "PAUSED",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::TimedOut => "TIMED_OUT",
            Self::Stopped => "STOPPED",
        }
    }
}

/// Where an operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OperationStatus {
    /// It is under way.
    Started,
    /// It waits for its next attempt.
    Pending,
    /// Its next attempt is due.
    Ready,
    /// It ended with a result.
    Succeeded,
    /// It ended with an error.
    Failed,
    /// It was given up.
    Cancelled,
    /// It ran out of time.
    TimedOut,
    /// It was stopped.
    Stopped,
}

impl OperationStatus {
    /// Returns whether the operation is over.
    pub fn is_terminal(self) -> bool {
        !matches!(self, Self::Started | Self::Pending | Self::Ready)
    }

    /// Returns the name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Started => "STARTED",
            Self::Pending => "PENDING",
            Self::Ready => "READY",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::Cancelled => "CANCELLED",
            Self::TimedOut => "TIMED_OUT",
            Self::Stopped => "STOPPED",
        }
    }
}

/// What kind of thing an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OperationType {
    /// The execution itself.
    Execution,
    /// What is run apart, such as a branch.
    Context,
    /// A step.
    Step,
    /// A wait.
    Wait,
    /// A callback.
    Callback,
    /// An invocation of another function.
    ChainedInvoke,
}

impl OperationType {
    /// Returns the name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Execution => "EXECUTION",
            Self::Context => "CONTEXT",
            Self::Step => "STEP",
            Self::Wait => "WAIT",
            Self::Callback => "CALLBACK",
            Self::ChainedInvoke => "CHAINED_INVOKE",
        }
    }
}
