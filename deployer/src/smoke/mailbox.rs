//! A queue that a run shares with everybody else: what is its own is taken, all else stays.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, Message, MessageAttributeValue,
};
use messages::dead_letter::MESSAGE_ID;
use serde_json::Value;

use super::batch::LABEL;
use crate::aws::failed;
use crate::error::Result;
use crate::operate::message::execution_name;

/// For how long a message is out of sight at most: until the sweep that received it ends, or, should
/// this program die meanwhile, so many seconds.
const HIDDEN_SECONDS: i32 = 30;
/// For how long a sweep keeps messages of others out of sight at most, to see those behind them: they
/// must be given back before they come into sight by themselves, or it would see them again and again.
const SWEPT_WITHIN: Duration = Duration::from_secs(20);
/// The most messages of others that it keeps so.
const MOST_HELD: usize = 2_000;

/// How a message tells whose it is.
#[derive(Debug, Clone)]
pub(super) enum Sender {
    /// By the label that the run gave it.
    Label,
    /// By the execution in the event, or by the one that an input which Lambda kept names.
    Execution {
        /// The template of execution names.
        template: String,
        /// The stage.
        stage: String,
    },
}

/// What becomes of the run's own messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Own {
    /// They are taken out of the queue.
    Taken,
    /// They are seen, and stay.
    Left,
}

/// How much of a queue was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    Whole,
    Part,
}

/// A queue that one task of the run reads for all scenarios.
#[derive(Debug)]
pub(super) struct Mailbox {
    pub(super) url: String,
    sender: Sender,
    own: Own,
    most_held: usize,
    /// The id of the run, which all its labels and execution names contain.
    run: String,
    /// What was seen: the sender of each message, by the message's id, so that one that is delivered twice counts once.
    taken: Mutex<BTreeMap<String, String>>,
    trouble: Mutex<Option<String>>,
}

impl Mailbox {
    pub(super) fn new(url: &str, sender: Sender, own: Own, run: &str) -> Self {
        Self {
            url: url.to_owned(),
            sender,
            own,
            most_held: MOST_HELD,
            run: run.to_owned(),
            taken: Mutex::new(BTreeMap::new()),
            trouble: Mutex::new(None),
        }
    }

    /// Returns the mailbox so that a sweep keeps fewer messages of others out of sight: where somebody waits
    /// for them.
    pub(super) fn holding_at_most(mut self, most_held: usize) -> Self {
        self.most_held = most_held;
        self
    }

    /// Returns how many messages of the run were seen.
    pub(super) fn count(&self) -> usize {
        locked(&self.taken).len()
    }

    /// Returns the senders of the messages that were seen and belong to the scenario `id`.
    pub(super) fn of(&self, id: &str) -> Vec<String> {
        let taken = locked(&self.taken);
        taken
            .values()
            .filter(|sender| sender.contains(id))
            .cloned()
            .collect()
    }

    /// Returns why the queue could not be read, or not to its end, at the last sweep, if it could not.
    pub(super) fn trouble(&self) -> Option<String> {
        locked(&self.trouble).clone()
    }

    /// Reads the queue until `done`, and once more after that, so that nothing of the run stays behind. The
    /// last time, an answer may take `last_wait` seconds: a queue that need not answer at once looks
    /// everywhere, and one that does may leave out a few messages.
    #[expect(
        clippy::disallowed_methods,
        reason = "the queue is read again and again, until the run is done"
    )]
    pub(super) async fn serve(
        &self,
        sqs: &aws_sdk_sqs::Client,
        interval: Duration,
        last_wait: i32,
        done: &AtomicBool,
    ) {
        loop {
            let last = done.load(Ordering::Acquire);
            self.sweep(sqs, if last { last_wait } else { 0 }).await;
            if last {
                return;
            }
            tokio::time::sleep(interval).await;
        }
    }

    /// Looks at every message of the queue once. Those of others come back into sight only at its end,
    /// else they would be received again and again, and hide ours.
    pub(super) async fn sweep(&self, sqs: &aws_sdk_sqs::Client, wait_seconds: i32) {
        let mut held = Vec::new();
        let swept = self.see_own(sqs, wait_seconds, &mut held).await;
        let returned = self.give_back(sqs, &held).await;
        *locked(&self.trouble) = match swept.and_then(|extent| returned.map(|()| extent)) {
            Ok(Extent::Whole) => None,
            Ok(Extent::Part) => Some(format!(
                "the queue `{}` holds too many messages of others to be seen to its end",
                self.url
            )),
            Err(error) => Some(error.in_a_line()),
        };
    }

    async fn see_own(
        &self,
        sqs: &aws_sdk_sqs::Client,
        wait_seconds: i32,
        held: &mut Vec<String>,
    ) -> Result<Extent> {
        let start = Instant::now();
        while held.len() < self.most_held && start.elapsed() < SWEPT_WITHIN {
            let received = sqs
                .receive_message()
                .queue_url(&self.url)
                .max_number_of_messages(10)
                .visibility_timeout(HIDDEN_SECONDS)
                .wait_time_seconds(wait_seconds)
                .message_attribute_names(LABEL)
                .message_attribute_names(MESSAGE_ID)
                .send()
                .await
                .map_err(failed(format!(
                    "the queue `{}` could not be read",
                    self.url
                )))?;
            if received.messages().is_empty() {
                return Ok(Extent::Whole);
            }
            for message in received.messages() {
                let Some(receipt) = message.receipt_handle() else {
                    continue;
                };
                let sender = sender_of(message, &self.sender);
                if let Some(sender) = sender.filter(|sender| sender.contains(&self.run)) {
                    let id = origin_of(message).unwrap_or(receipt);
                    locked(&self.taken).insert(id.to_owned(), sender);
                    if self.own == Own::Taken {
                        self.take(sqs, receipt).await?;
                        continue;
                    }
                }
                held.push(receipt.to_owned());
            }
        }
        Ok(Extent::Part)
    }

    async fn take(&self, sqs: &aws_sdk_sqs::Client, receipt: &str) -> Result<()> {
        sqs.delete_message()
            .queue_url(&self.url)
            .receipt_handle(receipt)
            .send()
            .await
            .map_err(failed(format!(
                "a message of the queue `{}` could not be deleted",
                self.url
            )))?;
        Ok(())
    }

    async fn give_back(&self, sqs: &aws_sdk_sqs::Client, held: &[String]) -> Result<()> {
        for receipts in held.chunks(10) {
            let mut entries = Vec::new();
            for (index, receipt) in receipts.iter().enumerate() {
                let entry = ChangeMessageVisibilityBatchRequestEntry::builder()
                    .id(format!("m{index}"))
                    .receipt_handle(receipt)
                    .visibility_timeout(0);
                entries.extend(entry.build());
            }
            sqs.change_message_visibility_batch()
                .queue_url(&self.url)
                .set_entries(Some(entries))
                .send()
                .await
                .map_err(failed(format!(
                    "messages of the queue `{}` could not be given back",
                    self.url
                )))?;
        }
        Ok(())
    }
}

/// Returns the id that a message had in its first queue. Who gives a message up and is killed before it is
/// gone there leaves a second copy of it.
fn origin_of(message: &Message) -> Option<&str> {
    let attributes = message.message_attributes();
    let attribute = attributes.and_then(|attributes| attributes.get(MESSAGE_ID));
    let origin = attribute.and_then(MessageAttributeValue::string_value);
    origin.or_else(|| message.message_id())
}

fn sender_of(message: &Message, sender: &Sender) -> Option<String> {
    match sender {
        Sender::Label => {
            let label = message.message_attributes()?.get(LABEL)?;
            label.string_value().map(str::to_owned)
        }
        Sender::Execution { template, stage } => {
            let body: Value = serde_json::from_str(message.body()?).ok()?;
            match body.pointer("/detail/durableExecutionName") {
                Some(name) => name.as_str().map(str::to_owned),
                None => execution_name(template, stage, &body),
            }
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
