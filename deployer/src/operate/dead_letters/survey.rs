//! What work on the queues would be about, before it is begun.

use std::collections::BTreeMap;

use super::letter::Letter;
use super::peek::seen;
use super::queues::DeadQueue;
use super::reason::Reason;
use super::selection::Selection;
use crate::aws::{Clients, messages};
use crate::error::Result;
use crate::event::Stop;

/// The messages of a queue that are meant.
#[derive(Debug, Clone)]
pub struct Surveyed {
    /// The queue.
    pub queue: DeadQueue,
    /// How many they are; as SQS counts, which is roughly, where all are meant.
    pub messages: usize,
    /// How many there are for each reason; nothing where all are meant, whatever their reasons.
    pub reasons: BTreeMap<Reason, usize>,
    /// The messages themselves, where they are meant by their ids.
    pub letters: Vec<Letter>,
}

/// Returns the messages that are meant, queue by queue where there are any, and the selection with whole ids.
/// Everything is back in sight then.
///
/// # Errors
///
/// An id that no message has, or that several begin with.
pub async fn survey(
    clients: &Clients,
    stage: &str,
    queues: &[DeadQueue],
    selection: &Selection,
    stop: &Stop,
) -> Result<(Vec<Surveyed>, Selection)> {
    let mut surveyed = Vec::new();
    let mut left = selection.most();
    for queue in queues {
        if left == 0 {
            break;
        }
        let total = messages(clients, &queue.url).await?.total();
        let mut each = Surveyed {
            queue: queue.clone(),
            messages: usize::try_from(total).unwrap_or(usize::MAX).min(left),
            reasons: BTreeMap::new(),
            letters: Vec::new(),
        };
        if total > 0 && !selection.is_everything() {
            let chosen = seen(clients, stage, queue, selection, stop, left).await?;
            each.messages = chosen.len();
            for (letter, verdict) in chosen {
                *each.reasons.entry(verdict.reason).or_default() += 1;
                if !selection.ids.is_empty() {
                    each.letters.push(letter);
                }
            }
        }
        if each.messages > 0 {
            left = left.saturating_sub(each.messages);
            surveyed.push(each);
        }
    }
    let ids: Vec<&str> = surveyed
        .iter()
        .flat_map(|surveyed| &surveyed.letters)
        .map(|letter| letter.id.as_str())
        .collect();
    let selection = selection.resolved(&ids)?;
    Ok((surveyed, selection))
}
