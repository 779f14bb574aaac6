//! Messages, one by one, and how their executions stand.

use std::sync::{Mutex, PoisonError};

use durable_history::ErrorObject;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use messages::Message;

use super::fold::fold;
use super::judge::Verdict;
use super::letter::Letter;
use super::queues::{DeadQueue, QueueKind};
use super::reason::Reason;
use super::selection::Selection;
use super::sweep::{Flow, look_through};
use crate::aws::Clients;
use crate::error::Result;
use crate::event::Stop;
use crate::operate::executions::{describe_execution, named};
use crate::operate::message::read_message;

/// How many executions are looked for at a time.
const CONCURRENCY: usize = 8;

/// A message, and how its execution stands.
#[derive(Debug, Clone)]
pub struct Peeked {
    /// The queue that it is in.
    pub queue: DeadQueue,
    /// The message.
    pub letter: Letter,
    /// Why it is there.
    pub verdict: Verdict,
    /// How its execution stands.
    pub standing: Standing,
}

/// How the execution of a message stands.
#[derive(Debug, Clone)]
pub enum Standing {
    /// The message names none.
    Nameless,
    /// There is none of that name.
    NotThere,
    /// There was one, and nothing is known of it any more.
    Gone,
    /// There is one.
    There {
        /// Its ARN.
        arn: String,
        /// Its status, in the service's own word.
        status: String,
        /// Why it failed, where it did.
        error: Option<ErrorObject>,
    },
}

/// Returns messages of the queues, the oldest first, up to the limit of the selection: those that came
/// first out of the queues, which are in no order.
pub async fn peek(
    clients: &Clients,
    stage: &str,
    queues: &[DeadQueue],
    selection: &Selection,
    stop: &Stop,
) -> Result<Vec<Peeked>> {
    let limit = selection.most();
    let mut found = Vec::new();
    for queue in queues {
        let left = limit.saturating_sub(found.len());
        if left > 0 {
            let letters = seen(clients, stage, queue, selection, stop, left).await?;
            found.extend(letters.into_iter().map(|letter| (queue, letter)));
        }
    }
    if !selection.ids.is_empty() {
        let ids: Vec<&str> = found
            .iter()
            .map(|(_, (letter, _))| letter.id.as_str())
            .collect();
        selection.resolved(&ids)?;
    }
    found.sort_by_cached_key(|(_, (letter, _))| (letter.first_arrival, letter.id.clone()));
    let peeked = found
        .into_iter()
        .map(async |(queue, (letter, verdict))| stand(clients, queue, letter, verdict).await);
    stream::iter(peeked)
        .buffered(CONCURRENCY)
        .try_collect()
        .await
}

/// Returns all messages of the queues, each with why it is there.
pub async fn letters(
    clients: &Clients,
    stage: &str,
    queues: &[DeadQueue],
    stop: &Stop,
) -> Result<Vec<(DeadQueue, Letter, Verdict)>> {
    let everything = Selection::default();
    let mut found = Vec::new();
    for queue in queues {
        let letters = seen(clients, stage, queue, &everything, stop, usize::MAX).await?;
        let letters = letters.into_iter();
        found.extend(letters.map(|(letter, verdict)| (queue.clone(), letter, verdict)));
    }
    Ok(found)
}

/// Returns up to `limit` messages of a queue that are meant.
pub(super) async fn seen(
    clients: &Clients,
    stage: &str,
    queue: &DeadQueue,
    selection: &Selection,
    stop: &Stop,
    limit: usize,
) -> Result<Vec<(Letter, Verdict)>> {
    let found = Mutex::new(Vec::new());
    look_through(clients, &queue.url, stop, async |letters| {
        let chosen = selection.part(clients, stage, queue, letters).await?;
        let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
        found.extend(chosen);
        Ok(if found.len() < limit {
            Flow::On
        } else {
            Flow::Enough
        })
    })
    .await?;
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    if selection.ids.is_empty() {
        fold(&mut found);
    }
    found.sort_by_cached_key(|(letter, _)| (letter.first_arrival, letter.id.clone()));
    found.truncate(limit);
    Ok(found)
}

async fn stand(
    clients: &Clients,
    queue: &DeadQueue,
    letter: Letter,
    mut verdict: Verdict,
) -> Result<Peeked> {
    let standing = match (&verdict.execution, &verdict.arn) {
        (None, _) => Standing::Nameless,
        (Some(name), arn) => find(clients, queue, name, arn.as_deref()).await?,
    };
    if let (QueueKind::Intake, Reason::GaveUp, Standing::There { arn, .. }) =
        (queue.kind, verdict.reason, &standing)
    {
        let input = describe_execution(clients, arn).await?.input_payload;
        let theirs = input.and_then(|input| read_message(&input).ok());
        let theirs = theirs.map(Message::hash);
        if theirs.is_some() && theirs != verdict.payload_hash {
            verdict.reason = Reason::NameTaken;
            "the name is taken by an execution with another input".clone_into(&mut verdict.why);
        }
    }
    if let Standing::There {
        error: Some(error), ..
    } = &standing
        && queue.kind == QueueKind::Failed
        && let Some(kind) = &error.error_type
    {
        verdict.why = format!("{}: {kind}", verdict.why);
    }
    Ok(Peeked {
        queue: queue.clone(),
        letter,
        verdict,
        standing,
    })
}

/// Returns how the execution of this name stands, and of this ARN where that is known.
async fn find(
    clients: &Clients,
    queue: &DeadQueue,
    name: &str,
    arn: Option<&str>,
) -> Result<Standing> {
    let found = named(clients, &queue.workflow, name).await?;
    let mut found = found.into_iter().map(|found| found.execution);
    let execution = found.find(|execution| arn.is_none_or(|arn| arn == execution.arn));
    let Some(execution) = execution else {
        return Ok(if arn.is_some() {
            Standing::Gone
        } else {
            Standing::NotThere
        });
    };
    let error = if execution.is_finished() && execution.status != "SUCCEEDED" {
        describe_execution(clients, &execution.arn).await?.error
    } else {
        None
    };
    Ok(Standing::There {
        arn: execution.arn,
        status: execution.status,
        error,
    })
}
