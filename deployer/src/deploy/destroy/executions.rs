//! The executions in flight of a durable function: waiting for their end, or stopping them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_sdk_lambda::types::ErrorObject;
use durable_history::ExecutionArn;
use futures::{StreamExt as _, TryStreamExt as _};

use crate::aws::{self, Clients, Effect, Pace, count_unfinished, unfinished_executions, until};
use crate::count::counted;
use crate::deploy::apply::Applier;
use crate::error::{Error, Kind, Result};

/// Lambda takes 300 stops a second; this many at a time stay well below.
const STOPS_AT_A_TIME: usize = 16;

/// The least time between two lists of what goes on, at AWS: fifteen a second are for all that asks.
const LEAST_INTERVAL: Duration = Duration::from_secs(5);
/// The most executions that are named where they do not end.
const MOST_NAMED: usize = 20;

/// How the executions in flight come to their end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drain {
    /// How long they are waited for.
    pub patience: Duration,
    /// Whether those that go on then are stopped; else nothing is deleted.
    pub then_stop: bool,
}

/// Waits until no execution goes on, and tells how many do whenever that changes.
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
    let clients = applier.clients;
    let mut pace = Pace::of(clients.endpoint.as_deref(), drain.patience);
    if !clients.is_near() {
        pace.interval = pace.interval.max(LEAST_INTERVAL);
    }
    let told = AtomicUsize::new(0);
    let ended = until(pace, || async {
        // One list tells of all versions as long as something goes on.
        let count = count_unfinished(clients, function).await?.total();
        if told.swap(count, Ordering::Relaxed) != count {
            let count = counted(count, "execution");
            applier.note(format!("`{workflow}` has {count} in flight"));
        }
        Ok((count == 0).then_some(()))
    })
    .await?;
    if ended.is_some() || drain.then_stop {
        return Ok(());
    }
    let left = unfinished_executions(clients, function).await?;
    if left.is_empty() {
        return Ok(());
    }
    let count = counted(left.len(), "execution");
    let what = format!(
        "{count} of `{workflow}` did not end within {} s; nothing of it was deleted",
        drain.patience.as_secs()
    );
    let name = |arn: &String| {
        ExecutionArn::parse(arn).map_or_else(|| arn.clone(), |arn| arn.name.to_owned())
    };
    let mut named: Vec<String> = left.iter().take(MOST_NAMED).map(name).collect();
    if left.len() > MOST_NAMED {
        named.push(format!("and {} more", left.len() - MOST_NAMED));
    }
    let error = Error::new(Kind::WrongState, what);
    let error = error.detail(format!("still in flight: {}", named.join(", ")));
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
