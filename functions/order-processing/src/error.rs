//! What can go wrong inside a step, and what fails an execution.

use orders::{Failure, StoreError};
use serde::Serialize;
use steps::RecordedError;

/// A failure of a step.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// A table failed.
    #[error("order `{order_id}` could not be read or recorded")]
    Store {
        /// Which order.
        order_id: String,
        /// The cause.
        #[source]
        source: StoreError,
    },
}

impl RecordedError for ServiceError {
    fn error_type(&self) -> &'static str {
        match self {
            Self::Store { source, .. } => source.failure().as_str(),
        }
    }

    fn is_permanent(&self) -> bool {
        match self {
            Self::Store { source, .. } => source.failure().is_permanent(),
        }
    }
}

impl ServiceError {
    /// Returns the failure of a table while it worked on the order.
    pub(crate) fn store(order_id: &str) -> impl FnOnce(StoreError) -> Self + Clone {
        let order_id = order_id.to_owned();
        move |source| Self::Store { order_id, source }
    }

    /// Returns the way out.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Store { source, .. } => source.hint(),
        }
    }
}

/// A worker that failed, after all retries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("`{operation}` failed with `{error_type}`: {message}")]
pub struct WorkerFailure {
    /// Which operation.
    pub operation: &'static str,
    /// The error type of the last attempt.
    pub error_type: String,
    /// Its text.
    pub message: String,
    /// Whether the worker certainly did nothing. Otherwise nobody can tell.
    #[serde(skip)]
    pub did_nothing: bool,
}

impl WorkerFailure {
    /// Returns the failure of an operation whose only attempt failed like this.
    pub(crate) fn of_attempt(
        operation: &'static str,
        attempt: u32,
        error_type: &str,
        message: &str,
    ) -> Self {
        // An earlier attempt may have done something before it was lost, or may still do it.
        let refused = Failure::parse(error_type).is_some_and(Failure::did_nothing);
        Self {
            operation,
            error_type: error_type.to_owned(),
            message: message.to_owned(),
            did_nothing: attempt == 1 && refused,
        }
    }
}

/// What fails an execution.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OrderError {
    /// A worker failed; the order was given up, and what had been done is undone.
    #[error("order `{order_id}` was given up and undone")]
    WorkerFailed {
        /// Which order.
        order_id: String,
        /// Why.
        #[source]
        failure: WorkerFailure,
    },
    /// Something that should be undone could not be.
    #[error("order `{order_id}` needs a person: {}", left.join("; "))]
    CompensationFailed {
        /// Which order.
        order_id: String,
        /// What is left to do.
        left: Vec<String>,
    },
}

impl OrderError {
    /// Returns the error type that the execution records.
    pub fn error_type(&self) -> &'static str {
        match self {
            Self::WorkerFailed { .. } => "WorkerFailed",
            Self::CompensationFailed { .. } => "CompensationFailed",
        }
    }

    /// Returns the way out.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::WorkerFailed { .. } => {
                "find the cause in the worker's log, then send the order again under a new id"
            }
            Self::CompensationFailed { .. } => {
                "do what `outcome.to_do` of the order's item says, by hand"
            }
        }
    }
}
