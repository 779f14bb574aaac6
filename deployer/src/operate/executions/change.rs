//! Many executions stopped, paused, resumed or deleted.

use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_lambda::types::ErrorObject;
use futures::StreamExt as _;

use super::listing::Listed;
use crate::aws::{self, Clients, Effect};
use crate::error::{Error, Kind, Result};

/// How many requests are under way at a time; how many a second is the rate's to say.
const AT_ONCE: usize = 32;

/// What is done with executions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// They end as stopped; the reason is the message of their error.
    Stop(Option<String>),
    /// They are held; the reason goes into their history.
    Pause(Option<String>),
    /// They go on.
    Resume,
    /// They are gone, with their history.
    Delete,
}

/// What came of a change.
#[derive(Debug, Default)]
pub struct ChangeTally {
    /// How many it was done to.
    pub done: usize,
    /// How many were in another state by then, each with what the service said.
    pub otherwise: Vec<(Listed, String)>,
    /// How many were gone by then.
    pub gone: usize,
    /// Those that it could not be done to.
    pub refused: Vec<Refused>,
    /// How many were not tried, because the credentials did not permit it, or not any more.
    pub untried: usize,
}

/// An execution that a change could not be done to.
#[derive(Debug)]
pub struct Refused {
    /// The execution.
    pub execution: Listed,
    /// Why.
    pub error: Error,
}

/// What came of a change of one execution.
enum Changed {
    Done,
    /// It was in another state by then.
    Otherwise(String),
    Gone,
    Untried,
}

/// Changes executions, as fast as the service allows; `progress` hears after each how many are through.
///
/// What ended, or was changed by somebody else, since it was listed is no failure. Once the credentials are
/// refused, no further one is tried: those that are left are found again by the same filter.
pub async fn change(
    clients: &Clients,
    executions: Vec<Listed>,
    change: &Change,
    mut progress: impl FnMut(usize),
) -> ChangeTally {
    let refused = AtomicBool::new(false);
    let mut tally = ChangeTally::default();
    let changes = futures::stream::iter(executions).map(|execution| {
        let refused = &refused;
        async move {
            if refused.load(Ordering::Relaxed) {
                return (execution, Ok(Changed::Untried));
            }
            let changed = apply(clients, &execution.arn, change).await;
            if matches!(&changed, Err(error) if error.kind() == Kind::Permission) {
                refused.store(true, Ordering::Relaxed);
            }
            (execution, changed)
        }
    });
    let mut changes = changes.buffer_unordered(AT_ONCE);
    let mut through = 0;
    while let Some((execution, changed)) = changes.next().await {
        match changed {
            Ok(Changed::Done) => tally.done += 1,
            Ok(Changed::Otherwise(why)) => tally.otherwise.push((execution, why)),
            Ok(Changed::Gone) => tally.gone += 1,
            Ok(Changed::Untried) => tally.untried += 1,
            Err(error) => tally.refused.push(Refused { execution, error }),
        }
        through += 1;
        progress(through);
    }
    tally
}

async fn apply(clients: &Clients, arn: &str, change: &Change) -> Result<Changed> {
    match change {
        Change::Stop(_) => clients.rates.stops.turn().await,
        Change::Pause(_) | Change::Resume | Change::Delete => clients.rates.changes.turn().await,
    }
    let effect = match change {
        Change::Stop(reason) => {
            let message = reason.as_deref().unwrap_or("stopped by an operator");
            let error = ErrorObject::builder()
                .error_type("Stopped")
                .error_message(message)
                .build();
            aws::stop(clients, arn, error).await?
        }
        Change::Pause(reason) => aws::pause(clients, arn, reason.as_deref()).await?,
        Change::Resume => aws::resume(clients, arn, None).await?,
        Change::Delete => aws::delete(clients, arn).await?,
    };
    Ok(match effect {
        Effect::Done => Changed::Done,
        Effect::Conflict(why) => Changed::Otherwise(why),
        Effect::Gone => Changed::Gone,
    })
}

#[cfg(test)]
mod tests;
