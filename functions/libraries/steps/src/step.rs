//! Steps that run again, and steps that do not.

use std::future::Future;

use aws_durable_execution_sdk::{
    DurableContext, OperationError, RetryDecision, StepError, StepSemantics,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::RecordedError;
use crate::guard::guarded;
use crate::schedule::Schedule;

/// Runs a step that may run again, after an interruption and after an error.
///
/// For a body whose second run does no harm. Fails when the last attempt of `schedule` has failed,
/// or one with a permanent error.
pub async fn repeatable<O, E>(
    context: &DurableContext,
    name: &str,
    schedule: Schedule,
    body: impl Future<Output = Result<O, E>> + Send + 'static,
) -> Result<O, OperationError>
where
    O: Serialize + DeserializeOwned + Send + 'static,
    E: RecordedError,
{
    context
        .step(move |_| guarded(body))
        .name(name)
        .retry_strategy(schedule.strategy::<E>())
        .await
}

/// Runs a step that never runs again: an interruption is a failure, and a failure is the end.
///
/// For a body whose second run would do harm. Where this fails, nobody can tell whether the body
/// did its work.
pub async fn at_most_once<O, E>(
    context: &DurableContext,
    name: &str,
    body: impl Future<Output = Result<O, E>> + Send + 'static,
) -> Result<O, OperationError>
where
    O: Serialize + DeserializeOwned + Send + 'static,
    E: RecordedError,
{
    context
        .step(move |_| guarded(body))
        .name(name)
        .semantics(StepSemantics::AtMostOncePerRetry)
        .retry_strategy(never)
        .await
}

fn never(_: &StepError, _: u32) -> RetryDecision {
    RetryDecision::Stop
}
