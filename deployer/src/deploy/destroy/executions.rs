//! Stopping the executions in flight of a durable function.

use aws_sdk_lambda::types::ErrorObject;
use futures::{StreamExt as _, TryStreamExt as _};

use crate::aws::{self, Clients, Effect, unfinished_executions};
use crate::error::Result;

/// Lambda takes 300 stops a second; this many at a time stay well below.
const STOPS_AT_A_TIME: usize = 16;

/// Stops every running execution and returns how many there were.
pub(super) async fn stop_all(clients: &Clients, function: &str) -> Result<usize> {
    let arns = unfinished_executions(clients, function).await?;
    let reason = ErrorObject::builder()
        .error_type("Destroyed")
        .error_message("the workflow was destroyed")
        .build();
    let stops = arns.iter().map(|arn| stop(clients, arn, reason.clone()));
    let stopped: Vec<bool> = futures::stream::iter(stops)
        .buffer_unordered(STOPS_AT_A_TIME)
        .try_collect()
        .await?;
    Ok(stopped.into_iter().filter(|stopped| *stopped).count())
}

/// Stops one, and returns whether it had not ended by itself in the meantime.
async fn stop(clients: &Clients, arn: &str, reason: ErrorObject) -> Result<bool> {
    Ok(aws::stop(clients, arn, reason).await? == Effect::Done)
}
