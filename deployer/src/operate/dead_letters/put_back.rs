//! Messages, put back into the queue that they came from.
//!
//! A message is sent first and deleted afterwards: whoever is killed in between leaves a copy, and loses
//! nothing. The copy of a message with a usable name does nothing, because its execution's name is taken by
//! then. That of another one is given up again, so every message that is put back is marked with the message
//! that it is a copy of, and copies of one are worked on as one. Of several copies the one that was put back
//! last is never deleted as a copy, so one is always left, however many people work on a queue at a time.
//!
//! SQS's own task for this (`StartMessageMoveTask`) moves all of a queue or nothing, at no more than 500
//! messages a second, cannot fold copies, and is refused for queues that EventBridge fills. Batches of ten are
//! faster, and work the same everywhere; so it is not used.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use durable_history::Timestamp;

use super::letter::Letter;
use super::sweep::{Flow, Sweep, sweep};
use super::work::{Work, Worked, tell};
use crate::aws::{LARGEST_BATCH, LARGEST_BATCH_BYTES, Outgoing, send_messages};
use crate::error::Result;

/// What copies of one message have in common.
type Identity = (String, String);

#[derive(Debug, Default)]
struct State {
    worked: Worked,
    /// How many may still be put back.
    left: usize,
    /// The messages that are put back or are being put back.
    begun: BTreeSet<Identity>,
    /// When the copy of each was put back, as it is marked.
    sent: BTreeMap<Identity, i64>,
    /// The ids of all that were put back.
    ids: BTreeSet<String>,
    /// Copies of those, which may be the new ones, given up again.
    copies: Vec<Letter>,
}

/// Puts messages into the queue at `target`, from `now` on; `edited` is a body in place of theirs.
pub(super) async fn put_back(
    work: Work<'_>,
    target: &str,
    now: Timestamp,
    edited: Option<&str>,
    progress: &(dyn Fn(usize) + Sync),
) -> Worked {
    let state = Mutex::new(State {
        left: work.selection.limit.unwrap_or(usize::MAX),
        ..State::default()
    });
    let putter = Putter {
        work,
        target,
        now,
        edited,
        progress,
        state,
    };
    let swept = sweep(
        work.clients,
        &work.queue.url,
        work.stop,
        async |sweep, letters| putter.take(sweep, letters).await,
        async |sweep| putter.fold(sweep).await,
    );
    let error = swept.await.err();
    let state = putter.state.into_inner();
    let mut worked = state.unwrap_or_else(PoisonError::into_inner).worked;
    worked.error = error;
    worked
}

struct Putter<'a> {
    work: Work<'a>,
    target: &'a str,
    now: Timestamp,
    edited: Option<&'a str>,
    progress: &'a (dyn Fn(usize) + Sync),
    state: Mutex<State>,
}

/// A message on its way back.
struct Going {
    letter: Letter,
    outgoing: Outgoing,
    at: i64,
}

impl Putter<'_> {
    async fn take(&self, sweep: &Sweep<'_>, letters: Vec<Letter>) -> Result<Flow> {
        let Work {
            clients,
            stage,
            queue,
            selection,
            ..
        } = self.work;
        if self.has_only_come_back(&letters) {
            return Ok(Flow::Enough);
        }
        let letters = selection.letters(clients, stage, queue, letters).await?;
        let mut going = self.begin(letters).into_iter().peekable();
        while going.peek().is_some() {
            let (mut batch, mut bytes) = (Vec::new(), 0);
            while let Some(next) = going.next_if(|next| {
                let fits = bytes + next.outgoing.bytes() <= LARGEST_BATCH_BYTES;
                batch.is_empty() || (batch.len() < LARGEST_BATCH && fits)
            }) {
                bytes += next.outgoing.bytes();
                batch.push(next);
            }
            for _ in &batch {
                tokio::select! {
                    () = self.work.rate.turn() => {}
                    () = self.work.stop.requested() => return Ok(Flow::Enough),
                }
            }
            self.send(sweep, batch).await?;
        }
        Ok(if self.state().left > 0 {
            Flow::On
        } else {
            Flow::Enough
        })
    }

    /// Returns whether all of them are messages that this run put back, and that were given up again: then the
    /// others are behind, and to wait for those would be to wait for all that was put back.
    fn has_only_come_back(&self, letters: &[Letter]) -> bool {
        let mut state = self.state();
        let only = letters
            .iter()
            .all(|letter| state.ids.contains(letter.id_in_queue()));
        if only {
            state.worked.dead_again += letters.len();
        }
        only
    }

    /// Chooses those that are put back: one of several copies, none that was put back already, and no more
    /// than are wanted.
    fn begin(&self, letters: Vec<Letter>) -> Vec<Going> {
        let mut state = self.state();
        let mut going = Vec::new();
        for letter in letters {
            if state.ids.contains(letter.id_in_queue()) {
                state.worked.dead_again += 1;
            } else if state.begun.contains(&letter.identity()) {
                state.copies.push(letter);
            } else if state.left > 0 {
                state.left -= 1;
                state.begun.insert(letter.identity());
                let (outgoing, at) = letter.outgoing(self.now, self.edited);
                going.push(Going {
                    letter,
                    outgoing,
                    at,
                });
            }
        }
        going
    }

    async fn send(&self, sweep: &Sweep<'_>, batch: Vec<Going>) -> Result<()> {
        let outgoing: Vec<&Outgoing> = batch.iter().map(|going| &going.outgoing).collect();
        let outcomes = send_messages(self.work.clients, self.target, &outgoing).await?;
        let mut sent = Vec::new();
        {
            let mut state = self.state();
            for (going, outcome) in batch.iter().zip(outcomes) {
                let letter = &going.letter;
                match outcome {
                    Ok(id) => {
                        state.sent.insert(letter.identity(), going.at);
                        state.ids.insert(id);
                        sent.push(letter);
                    }
                    Err(refused) => {
                        let failed = (letter.id.clone(), refused.to_string());
                        state.worked.failed.push(failed);
                    }
                }
            }
            let before = state.worked.done;
            state.worked.done += sent.len();
            tell(self.progress, before, state.worked.done);
        }
        let kept = sweep.delete(&sent).await?;
        let kept = kept.into_iter().map(|(id, why)| {
            let why =
                format!("was put back, but not deleted here, so the next run finds it: {why}");
            (id, why)
        });
        self.state().worked.failed.extend(kept);
        Ok(())
    }

    /// Deletes the copies of what was put back, but for those that were put back later than this run did.
    async fn fold(&self, sweep: &Sweep<'_>) -> Result<()> {
        let (older, newer): (Vec<Letter>, Vec<Letter>) = {
            let mut state = self.state();
            let copies = std::mem::take(&mut state.copies);
            let known = copies.into_iter().filter_map(|letter| {
                let last = state.sent.get(&letter.identity())?;
                Some((letter.put_back_at() < *last, letter))
            });
            let (older, newer): (Vec<_>, Vec<_>) = known.partition(|(older, _)| *older);
            let letters = |of: Vec<(bool, Letter)>| of.into_iter().map(|(_, letter)| letter);
            (letters(older).collect(), letters(newer).collect())
        };
        let older: Vec<&Letter> = older.iter().collect();
        let kept = sweep.delete(&older).await?;
        let mut state = self.state();
        state.worked.dead_again += newer.len();
        state.worked.copies += older.len() - kept.len();
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
