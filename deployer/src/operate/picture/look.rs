//! How a bar looks, which says what was going on.

use durable_history::{Activity, Operation, OperationStatus, OperationType};

/// How a bar looks, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Look {
    /// It is around others.
    Around,
    /// It waits.
    Waiting,
    /// A callback that was answered.
    Answered,
    /// A callback that nobody has answered.
    Open,
    /// Another function works.
    Elsewhere,
    /// A step works.
    Active,
    /// A callback that was answered with an error.
    Refused,
    /// A callback that nobody answered in time.
    TimedOut,
    /// An attempt that failed, or an invocation of another function.
    Failed,
}

impl Look {
    /// All, in the order in which a legend tells them.
    pub const ALL: [Self; 9] = [
        Self::Active,
        Self::Elsewhere,
        Self::Failed,
        Self::Waiting,
        Self::Open,
        Self::Answered,
        Self::Refused,
        Self::TimedOut,
        Self::Around,
    ];

    /// Returns how an operation looks while it does something; `failed` tells of the attempt.
    pub(super) fn of(operation: &Operation, activity: Activity, failed: bool) -> Self {
        match (operation.kind, activity) {
            (OperationType::Context | OperationType::Execution, _) => Self::Around,
            (OperationType::Callback, _) => match operation.status {
                OperationStatus::Succeeded => Self::Answered,
                OperationStatus::TimedOut => Self::TimedOut,
                OperationStatus::Failed => Self::Refused,
                _ => Self::Open,
            },
            (OperationType::ChainedInvoke, _) => match operation.status {
                OperationStatus::Failed | OperationStatus::TimedOut | OperationStatus::Stopped => {
                    Self::Failed
                }
                _ => Self::Elsewhere,
            },
            (_, Activity::Waiting) => Self::Waiting,
            (_, Activity::Active) if failed => Self::Failed,
            (_, Activity::Active) => Self::Active,
        }
    }

    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Elsewhere => "elsewhere",
            Self::Failed => "failed",
            Self::Waiting => "waiting",
            Self::Open => "open",
            Self::Answered => "answered",
            Self::Refused => "refused",
            Self::TimedOut => "late",
            Self::Around => "around",
        }
    }

    /// Returns the letter at the end of a bar that tells what happened to a callback, so that colors are not needed
    /// to tell.
    pub(super) fn end(self) -> Option<char> {
        match self {
            Self::Open => Some('…'),
            Self::Answered => Some('✓'),
            Self::Refused => Some('✗'),
            Self::TimedOut => Some('!'),
            Self::Around | Self::Waiting | Self::Elsewhere | Self::Active | Self::Failed => None,
        }
    }

    /// Returns what it means, for a legend.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Active => "works",
            Self::Elsewhere => "another function works",
            Self::Failed => "failed",
            Self::Waiting => "waits",
            Self::Open => "callback open",
            Self::Answered => "answered",
            Self::Refused => "answered with an error",
            Self::TimedOut => "callback timed out",
            Self::Around => "around others",
        }
    }

    /// Returns what was going on, before for how long it did.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Elsewhere => "another function works",
            Self::Failed => "active, and failed,",
            Self::Waiting => "waiting",
            Self::Open => "open, without an answer,",
            Self::Answered => "open, then answered,",
            Self::Refused => "open, then answered with an error,",
            Self::TimedOut => "open, then timed out,",
            Self::Around => "around others",
        }
    }
}
