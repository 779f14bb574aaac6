//! Messages, read and left where they are.

use std::sync::{Mutex, PoisonError};

use super::judge::Verdict;
use super::letter::Letter;
use super::queues::DeadQueue;
use super::selection::Selection;
use super::sweep::{Flow, look_through};
use crate::aws::Clients;
use crate::error::Result;
use crate::event::Stop;

/// Hands the messages of a queue that are meant to `write`, as they come, with why they are there. Copies of
/// one message come each.
pub async fn export(
    clients: &Clients,
    stage: &str,
    queue: &DeadQueue,
    selection: &Selection,
    stop: &Stop,
    write: impl FnMut(&Letter, &Verdict) -> Result<()>,
) -> Result<()> {
    let write = Mutex::new(write);
    look_through(clients, &queue.url, stop, async |letters| {
        let part = selection.part(clients, stage, queue, letters).await?;
        let mut write = write.lock().unwrap_or_else(PoisonError::into_inner);
        for (letter, verdict) in part {
            write(&letter, &verdict)?;
        }
        Ok(Flow::On)
    })
    .await
}
