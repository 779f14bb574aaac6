//! Running a body so that whatever goes wrong with it is recorded.

use std::future::Future;
use std::panic::AssertUnwindSafe;

use aws_durable_execution_sdk::{BoxError, TypedError};
use futures::FutureExt as _;

use crate::error::{Panicked, RecordedError};

/// Runs `body`, gives its error the type to record, and turns a panic into the error
/// [`Panicked`]: it would else end the invocation, which the service then repeats until the
/// execution times out.
pub async fn guarded<O, E: RecordedError>(
    body: impl Future<Output = Result<O, E>> + Send,
) -> Result<O, BoxError> {
    match AssertUnwindSafe(body).catch_unwind().await {
        Ok(Ok(output)) => Ok(output),
        Ok(Err(error)) => Err(recorded(error)),
        Err(_) => Err(recorded(Panicked)),
    }
}

fn recorded(error: impl RecordedError) -> BoxError {
    TypedError::with_type(error.error_type(), error).into()
}
