//! Invoking a worker durably.

use aws_durable_execution_sdk::{
    DurableContext, InvokeErrorKind, OperationError, OperationErrorKind,
};
use orders::Failure;
use serde::Serialize;
use serde::de::DeserializeOwned;
use steps::Schedule;

use crate::error::WorkerFailure;
use crate::operations;

/// A chained invoke that is repeated while it fails.
///
/// The loop is written out, in the scope of the workflow itself: an invoke has no retry strategy,
/// and a retrying child context costs two more operations for every call that succeeds at once,
/// and hides the error's type behind its own.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) context: &'a DurableContext,
    pub(crate) operation: &'static str,
    pub(crate) function: &'a str,
    pub(crate) schedule: Schedule,
}

/// Why a call has no answer.
pub(crate) enum CallError {
    /// The worker failed for good.
    Failed(WorkerFailure),
    /// The execution itself is broken; nothing more can be done in it.
    Broken(OperationError),
}

impl Call<'_> {
    /// Returns the worker's answer. What it refuses is an answer too.
    pub(crate) async fn send<R, A>(self, request: &R) -> Result<A, CallError>
    where
        R: Serialize + DeserializeOwned + Clone + Send + Sync + 'static,
        A: Serialize + DeserializeOwned + Send + 'static,
    {
        let mut attempt = 1;
        loop {
            let invoked = self
                .context
                .invoke::<A, R>(self.function, request.clone())
                .name(self.operation)
                .await;
            let failure = match invoked {
                Ok(answer) => return Ok(answer),
                Err(error) => self.failure_of(error, attempt)?,
            };
            let permanent = Failure::parse(&failure.error_type).is_some_and(Failure::is_permanent);
            let wait = self.schedule.wait_after(attempt);
            let Some(wait) = wait.filter(|_| !permanent) else {
                return Err(CallError::Failed(failure));
            };
            self.context
                .wait(wait)
                .name(operations::retry_of(self.operation))
                .await
                .map_err(CallError::Broken)?;
            attempt += 1;
        }
    }

    /// Returns what the worker failed with, where another attempt may go better.
    fn failure_of(&self, error: OperationError, attempt: u32) -> Result<WorkerFailure, CallError> {
        let OperationErrorKind::Invoke(invoke) = error.kind() else {
            return Err(CallError::Broken(error));
        };
        if matches!(invoke.kind(), InvokeErrorKind::SerializationFailed { .. }) {
            // The worker did its work and said something else: asking again gives the same.
            return Err(CallError::Failed(WorkerFailure::of_attempt(
                self.operation,
                attempt,
                "UnreadableAnswer",
                "the answer of the worker cannot be read",
            )));
        }
        let wire = error.wire();
        let error_type = wire.and_then(|wire| wire.error_type()).unwrap_or("Unknown");
        let message = wire
            .and_then(|wire| wire.error_message())
            .unwrap_or("the worker gave no reason");
        Ok(WorkerFailure::of_attempt(
            self.operation,
            attempt,
            error_type,
            message,
        ))
    }
}
