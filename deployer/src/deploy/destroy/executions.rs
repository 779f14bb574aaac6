//! The executions in flight of a durable function: waiting for their end, or stopping them.

use std::time::Duration;

use aws_sdk_lambda::types::ErrorObject;
use futures::{StreamExt as _, TryStreamExt as _};

use crate::aws::{self, Clients, Effect, unfinished_executions};
use crate::deploy::apply::Applier;
use crate::deploy::drain::{did_not, wait_for_ends};
use crate::error::Result;

/// Lambda takes 300 stops a second; this many at a time stay well below.
const STOPS_AT_A_TIME: usize = 16;

/// How the executions in flight come to their end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drain {
    /// How long they are waited for.
    pub patience: Duration,
    /// Whether those that go on then are stopped; else nothing is deleted.
    pub then_stop: bool,
}

/// Waits until no execution goes on.
///
/// # Errors
///
/// Some go on when the time is over and are not to be stopped: they are named.
pub(super) async fn drain(
    applier: &Applier<'_>,
    workflow: &str,
    function: &str,
    drain: Drain,
) -> Result<()> {
    let left = wait_for_ends(applier, workflow, function, drain.patience).await?;
    if left.is_empty() || drain.then_stop {
        return Ok(());
    }
    let error = did_not(
        "end",
        workflow,
        &left,
        drain.patience,
        "nothing was deleted",
    );
    Err(error.hint(
        "its intake stays closed: `deployer destroy --drain` waits on, `--stop-executions` beside it ends \
         them, and `deployer up` opens the intake again",
    ))
}

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
