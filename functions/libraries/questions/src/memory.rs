//! Records and messages in memory, for tests of workflows that ask.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::channel::Channel;
use crate::contact::{EmailAddress, PhoneNumber};
use crate::email::{Email, Mail};
use crate::error::Refusal;
use crate::records::{Answered, Asked, Decision, Records, RecordsError, Taken};
use crate::sms::Sms;
use crate::token::TokenHash;

/// Records in memory.
#[derive(Clone, Default)]
pub struct MemoryRecords(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    asked: BTreeMap<TokenHash, Asked>,
    decisions: BTreeMap<String, Decision>,
    begun: BTreeSet<String>,
}

impl MemoryRecords {
    /// Returns all links that were remembered, by the hash of their token.
    pub fn asked(&self) -> BTreeMap<TokenHash, Asked> {
        self.state().asked.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Records for MemoryRecords {
    async fn remember(&self, token: &TokenHash, asked: &Asked) -> Result<(), RecordsError> {
        self.state().asked.insert(token.clone(), asked.clone());
        Ok(())
    }

    async fn find(&self, token: &TokenHash) -> Result<Option<Asked>, RecordsError> {
        Ok(self.state().asked.get(token).cloned())
    }

    async fn count_try(&self, token: &TokenHash) -> Result<Option<u32>, RecordsError> {
        let mut state = self.state();
        let asked = state.asked.get_mut(token);
        let check = asked.and_then(|asked| asked.check.as_mut());
        Ok(check.filter(|check| !check.is_used_up()).map(|check| {
            check.tries += 1;
            check.tries
        }))
    }

    async fn decision(&self, question: &str) -> Result<Option<Decision>, RecordsError> {
        Ok(self.state().decisions.get(question).cloned())
    }

    async fn decide(&self, asked: &Asked, choice: &str) -> Result<Taken, RecordsError> {
        let mut state = self.state();
        let is_new = !state.decisions.contains_key(&asked.question);
        let first = state
            .decisions
            .entry(asked.question.clone())
            .or_insert_with(|| Decision {
                channel: asked.channel,
                choice: choice.to_owned(),
                callback_id: asked.callback_id.clone(),
                answered: Answered::Taken,
            });
        Ok(Taken {
            decision: first.clone(),
            is_new,
        })
    }

    async fn settle(&self, question: &str, answered: Answered) -> Result<(), RecordsError> {
        if let Some(decision) = self.state().decisions.get_mut(question) {
            let is_open = decision.answered == Answered::Taken;
            if is_open || answered == Answered::Delivered {
                decision.answered = answered;
            }
        }
        Ok(())
    }

    async fn begin(&self, sending: &str, _: u64) -> Result<bool, RecordsError> {
        Ok(self.state().begun.insert(sending.to_owned()))
    }

    async fn take_back(&self, sending: &str) -> Result<(), RecordsError> {
        self.state().begun.remove(sending);
        Ok(())
    }
}

/// A phone company and a mail server that keep what they are given, and can be told to refuse it.
#[derive(Clone, Default)]
pub struct Outbox(Arc<Mutex<Sent>>);

#[derive(Default)]
struct Sent {
    messages: Vec<(Channel, String, String)>,
    refusals: BTreeMap<Channel, Vec<Refusal>>,
}

impl Outbox {
    /// Has the next message through a channel refused; what is unknown is kept all the same.
    pub fn refuse(&self, channel: Channel, refusal: Refusal) {
        self.sent()
            .refusals
            .entry(channel)
            .or_default()
            .push(refusal);
    }

    /// Returns what was sent, in order: channel, recipient and text.
    pub fn messages(&self) -> Vec<(Channel, String, String)> {
        self.sent().messages.clone()
    }

    fn send(&self, channel: Channel, to: &str, text: &str) -> Result<(), Refusal> {
        let mut sent = self.sent();
        let refusal = sent.refusals.entry(channel).or_default().pop();
        if !matches!(refusal, Some(Refusal::Refused { .. })) {
            sent.messages
                .push((channel, to.to_owned(), text.to_owned()));
        }
        refusal.map_or(Ok(()), Err)
    }

    fn sent(&self) -> MutexGuard<'_, Sent> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Sms for Outbox {
    async fn send(&self, to: &PhoneNumber, text: &str) -> Result<(), Refusal> {
        Self::send(self, Channel::Sms, to.reveal(), text)
    }
}

#[async_trait]
impl Email for Outbox {
    async fn send(&self, to: &EmailAddress, mail: &Mail) -> Result<(), Refusal> {
        let text = format!("{}\n\n{}", mail.subject, mail.text);
        Self::send(self, Channel::Email, to.reveal(), &text)
    }
}
