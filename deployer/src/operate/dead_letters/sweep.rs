//! Reading a queue to its end without losing what is in it.
//!
//! A message that was received is out of sight for a short time, which is extended for as long as the
//! sweep lasts: so nobody sees a message twice, and should this program be killed, all of them are soon
//! back. At the end, what was not deleted is given back at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::future::join_all;
use tokio::time::Instant;

use super::letter::Letter;
use crate::aws::{Clients, LARGEST_BATCH, delete_messages, hide_messages, receive_messages};
use crate::error::Result;
use crate::event::Stop;

/// How many batches are worked on at a time.
const READERS: usize = 64;
/// For how long messages are out of sight.
#[derive(Debug, Clone, Copy)]
struct Hidden {
    /// At first.
    first: Duration,
    /// Once they are kept for longer.
    further: Duration,
}

const FAR: Hidden = Hidden {
    first: Duration::from_secs(30),
    further: Duration::from_mins(2),
};
/// On this machine answers come at once, and who was killed is run again at once.
const NEAR: Hidden = Hidden {
    first: Duration::from_secs(5),
    further: Duration::from_secs(30),
};
/// With more messages than this held, further ones are out of sight for long from the start: that saves a
/// request for every ten of them.
const MANY: usize = 1_000;

/// Whether a sweep goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// It does.
    On,
    /// Enough was seen.
    Enough,
}

/// A sweep over one queue.
#[derive(Debug)]
pub(super) struct Sweep<'a> {
    clients: &'a Clients,
    url: &'a str,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    seen: BTreeSet<String>,
    held: BTreeMap<String, Held>,
    over: bool,
}

#[derive(Debug)]
struct Held {
    receipt: String,
    until: Instant,
}

/// Reads the queue until it is empty, until `take` has enough, or until a stop is wished. `take` is given
/// each message once, some of them at a time, and by several readers at once; `finish` comes after all of
/// that, before what was not deleted is given back.
///
/// # Errors
///
/// The first error; the others' batches are finished by then, and what was not deleted was given back.
pub(super) async fn sweep(
    clients: &Clients,
    url: &str,
    stop: &Stop,
    take: impl AsyncFn(&Sweep<'_>, Vec<Letter>) -> Result<Flow>,
    finish: impl AsyncFnOnce(&Sweep<'_>) -> Result<()>,
) -> Result<()> {
    let sweep = Sweep {
        clients,
        url,
        state: Mutex::default(),
    };
    let work = async {
        let readers = (0..READERS).map(|_| sweep.read(stop, &take));
        let read = join_all(readers).await.into_iter().collect::<Result<()>>();
        read.and(finish(&sweep).await)
    };
    let done = tokio::select! {
        done = work => done,
        never = sweep.keep() => match never {},
    };
    let returned = sweep.give_back().await;
    done.and(returned)
}

/// As [`sweep`], where nothing comes after.
pub(super) async fn look_through(
    clients: &Clients,
    url: &str,
    stop: &Stop,
    take: impl AsyncFn(Vec<Letter>) -> Result<Flow>,
) -> Result<()> {
    let take = async |_: &Sweep<'_>, letters| take(letters).await;
    sweep(clients, url, stop, take, async |_| Ok(())).await
}

impl Sweep<'_> {
    async fn read(
        &self,
        stop: &Stop,
        take: &impl AsyncFn(&Sweep<'_>, Vec<Letter>) -> Result<Flow>,
    ) -> Result<()> {
        let read = async {
            while !stop.is_requested() && !self.state().over {
                let Some(letters) = self.next().await? else {
                    break;
                };
                if !letters.is_empty() && take(self, letters).await? == Flow::Enough {
                    break;
                }
            }
            Ok(())
        };
        let read = read.await;
        self.state().over = true;
        read
    }

    /// Receives messages; nothing where the queue has none in sight.
    async fn next(&self) -> Result<Option<Vec<Letter>>> {
        let many = self.state().held.len() > MANY;
        let hidden = self.hidden();
        let hidden = if many { hidden.further } else { hidden.first };
        let asked = Instant::now();
        let received = receive_messages(self.clients, self.url, hidden).await?;
        if received.is_empty() {
            return Ok(None);
        }
        let mut state = self.state();
        let mut letters = Vec::new();
        for message in received {
            let receipt = message.receipt_handle().unwrap_or_default().to_owned();
            let Some(letter) = Letter::of(message) else {
                continue;
            };
            // A standard queue may deliver a message again: the newest receipt is the one that counts.
            let until = asked + hidden;
            let held = Held { receipt, until };
            state.held.insert(letter.id.clone(), held);
            if state.seen.insert(letter.id.clone()) {
                letters.push(letter);
            }
        }
        Ok(Some(letters))
    }

    /// Deletes messages, and returns those that could not be, with the reason. One that is not there any
    /// more counts as deleted.
    pub(super) async fn delete(&self, letters: &[&Letter]) -> Result<Vec<(String, String)>> {
        let mut kept = Vec::new();
        for letters in letters.chunks(LARGEST_BATCH) {
            let receipts: Vec<String> = {
                let state = self.state();
                let held = letters.iter().map(|letter| state.held.get(&letter.id));
                held.map(|held| held.map_or_else(String::new, |held| held.receipt.clone()))
                    .collect()
            };
            let receipts: Vec<&str> = receipts.iter().map(String::as_str).collect();
            let deleted = delete_messages(self.clients, self.url, &receipts).await?;
            let mut state = self.state();
            for (letter, outcome) in letters.iter().zip(deleted) {
                match outcome {
                    Err(refused) if refused.code != "ReceiptHandleIsInvalid" => {
                        kept.push((letter.id.clone(), refused.to_string()));
                    }
                    _ => {
                        state.held.remove(&letter.id);
                    }
                }
            }
        }
        Ok(kept)
    }

    /// Keeps all that is held out of sight, for as long as it is polled.
    #[expect(
        clippy::disallowed_methods,
        reason = "what is held is looked at now and then"
    )]
    async fn keep(&self) -> std::convert::Infallible {
        let Hidden { first, further } = self.hidden();
        loop {
            tokio::time::sleep(first / 4).await;
            let now = Instant::now();
            let due: Vec<(String, String)> = {
                let state = self.state();
                let due = state.held.iter();
                due.filter(|(_, held)| held.until < now + first / 2)
                    .map(|(id, held)| (id.clone(), held.receipt.clone()))
                    .collect()
            };
            for due in due.chunks(LARGEST_BATCH) {
                let receipts: Vec<&str> = due.iter().map(|(_, receipt)| receipt.as_str()).collect();
                if let Err(error) = hide_messages(self.clients, self.url, &receipts, further).await
                {
                    // They come back into sight, and this sweep knows that it has seen them.
                    tracing::debug!(%error, "messages could not be kept out of sight");
                    break;
                }
                let mut state = self.state();
                for (id, _) in due {
                    if let Some(held) = state.held.get_mut(id) {
                        held.until = now + further;
                    }
                }
            }
        }
    }

    /// Gives back what is held.
    async fn give_back(&self) -> Result<()> {
        let held = std::mem::take(&mut self.state().held);
        let receipts: Vec<&str> = held.values().map(|held| held.receipt.as_str()).collect();
        let mut batches = receipts.chunks(LARGEST_BATCH);
        loop {
            let some: Vec<_> = batches.by_ref().take(READERS).collect();
            if some.is_empty() {
                return Ok(());
            }
            let given = some
                .into_iter()
                .map(|receipts| hide_messages(self.clients, self.url, receipts, Duration::ZERO));
            join_all(given).await.into_iter().collect::<Result<()>>()?;
        }
    }

    fn hidden(&self) -> Hidden {
        if self.clients.is_near() { NEAR } else { FAR }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
