//! Running the body of a step.

use std::future::Future;
use std::panic::AssertUnwindSafe;

use aws_durable_execution_sdk::{BoxError, DurableContext, OperationError, TypedError};
use futures::FutureExt as _;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::ServiceError;
use crate::retry::Schedule;

/// Runs a step that may run again after an interruption.
pub(crate) async fn repeatable<O>(
    context: &DurableContext,
    name: &str,
    schedule: Schedule,
    body: impl Future<Output = Result<O, ServiceError>> + Send + 'static,
) -> Result<O, OperationError>
where
    O: Serialize + DeserializeOwned + Send + 'static,
{
    context
        .step(move |_| guarded(body))
        .name(name)
        .retry_strategy(move |error, attempt| schedule.decide(error, attempt))
        .await
}

/// Gives an error its recorded type, and turns a panic into an error: it would else end the
/// invocation, which the service then repeats until the execution times out.
async fn guarded<O>(
    body: impl Future<Output = Result<O, ServiceError>> + Send,
) -> Result<O, BoxError> {
    AssertUnwindSafe(body)
        .catch_unwind()
        .await
        .unwrap_or(Err(ServiceError::Panicked))
        .map_err(|error| TypedError::with_type(error.error_type(), error).into())
}
