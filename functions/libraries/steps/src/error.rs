//! What a body fails with.

use std::error::Error;

/// An error that an execution records.
pub trait RecordedError: Error + Send + Sync + 'static {
    /// Returns the error type that the execution records.
    fn error_type(&self) -> &'static str;

    /// Returns whether trying again cannot help.
    fn is_permanent(&self) -> bool;
}

/// The code of the step has a bug; the panic is in the function's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a step panicked")]
pub struct Panicked;

impl RecordedError for Panicked {
    fn error_type(&self) -> &'static str {
        "StepPanicked"
    }

    /// What a panic met may be gone at the next attempt.
    fn is_permanent(&self) -> bool {
        false
    }
}
