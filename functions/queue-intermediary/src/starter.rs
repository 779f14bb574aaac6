//! Starting executions.

use std::error::Error as StdError;

use async_trait::async_trait;

/// Starts executions of the orchestrator.
#[async_trait]
pub trait Starter: Send + Sync {
    /// Starts the execution `name` and returns its ARN, where the service tells it.
    ///
    /// Starting an execution that exists with the same payload succeeds.
    async fn start(&self, name: &str, payload: &str) -> Result<Option<String>, StartError>;
}

/// Why an execution was not started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The name exists with another payload.
    #[error("the execution exists with another payload")]
    PayloadDiffers,
    /// The service does not take a payload of this size.
    #[error("the payload is too large")]
    TooLarge,
    /// The service takes no more executions at the moment.
    #[error("starts of executions are throttled")]
    Throttled,
    /// Anything else, which may pass.
    #[error("the orchestrator could not be invoked")]
    Unavailable(#[source] Box<dyn StdError + Send + Sync>),
}
