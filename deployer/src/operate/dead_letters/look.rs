//! What is in a queue, in numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use durable_history::Timestamp;

use super::fold::fold;
use super::judge::Verdict;
use super::queues::DeadQueue;
use super::reason::Reason;
use super::selection::Selection;
use super::sweep::{Flow, look_through};
use crate::aws::{Clients, Messages, messages};
use crate::error::Result;
use crate::event::Stop;

/// The most messages of a queue that are looked at, so that a look at a flood ends.
const MOST_LOOKED_AT: usize = 10_000;

/// What is in a queue, in numbers.
#[derive(Debug, Clone)]
pub struct QueueLook {
    /// The queue.
    pub queue: DeadQueue,
    /// How many messages it has, as SQS counts.
    pub messages: Messages,
    /// How many of them were looked at.
    pub looked_at: usize,
    /// When the oldest of those was first sent.
    pub oldest: Option<Timestamp>,
    /// How many of those there are for each reason; copies of one message count once.
    pub reasons: BTreeMap<Reason, usize>,
    /// How many of those are further copies of another: a redrive that was killed leaves them, and a failed
    /// execution may be there as an event and as the input that Lambda kept.
    pub copies: usize,
}

/// Looks at a queue. Its messages are out of sight meanwhile.
pub async fn look(
    clients: &Clients,
    stage: &str,
    queue: &DeadQueue,
    stop: &Stop,
) -> Result<QueueLook> {
    let messages = messages(clients, &queue.url).await?;
    let nothing = QueueLook {
        queue: queue.clone(),
        messages,
        looked_at: 0,
        oldest: None,
        reasons: BTreeMap::new(),
        copies: 0,
    };
    if messages.total() == 0 {
        return Ok(nothing);
    }
    let all = Selection::default();
    let gathered = Mutex::new(Vec::new());
    look_through(clients, &queue.url, stop, async |letters| {
        let judged = all.part(clients, stage, queue, letters).await?;
        let mut gathered = gathered.lock().unwrap_or_else(PoisonError::into_inner);
        // Only what is small is kept of each message.
        gathered.extend(judged.into_iter().map(|(letter, verdict)| {
            let kept = (letter.identity(), letter.first_arrival);
            (kept, verdict)
        }));
        Ok(if gathered.len() < MOST_LOOKED_AT {
            Flow::On
        } else {
            Flow::Enough
        })
    })
    .await?;
    let gathered = gathered.into_inner();
    let gathered = gathered.unwrap_or_else(PoisonError::into_inner);
    Ok(count(nothing, gathered))
}

type Kept = ((String, String), Option<Timestamp>);

fn count(mut found: QueueLook, mut gathered: Vec<(Kept, Verdict)>) -> QueueLook {
    found.looked_at = gathered.len();
    found.copies = fold(&mut gathered);
    let mut identities = BTreeSet::new();
    for ((identity, first_arrival), verdict) in gathered {
        if !identities.insert(identity) {
            found.copies += 1;
            continue;
        }
        *found.reasons.entry(verdict.reason).or_default() += 1;
        found.oldest = match (found.oldest, first_arrival) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }
    found
}
