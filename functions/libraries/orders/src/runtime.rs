//! How a worker serves.

use std::future::Future;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::Serialize;
use serde_json::Value;

use crate::error::{WorkerError, chain};

/// Serves requests until the process ends. A failure is logged with its way out, and reaches the
/// orchestrator with its error type.
pub async fn serve<W, F, A>(work: W) -> Result<(), Error>
where
    W: Fn(Value) -> F,
    F: Future<Output = Result<A, WorkerError>>,
    A: Serialize,
{
    lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| {
        let answer = work(event.payload);
        async move {
            answer.await.inspect_err(|error| {
                tracing::error!(
                    error = chain(error),
                    error_type = error.failure().as_str(),
                    hint = error.hint(),
                    "request failed"
                );
            })
        }
    }))
    .await
}
