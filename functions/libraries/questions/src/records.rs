//! What is remembered between a sending and an answer.

use async_trait::async_trait;

use crate::channel::Channel;
use crate::identity::Check;
use crate::languages::Language;
use crate::question::Choice;
use crate::token::TokenHash;

/// How long a record stays after its question ended, for whoever opens the link late.
pub(crate) const KEPT_SECONDS: u64 = 7 * 24 * 60 * 60;

/// What a link asks.
#[derive(Clone, PartialEq, Eq)]
pub struct Asked {
    /// Which question; all its links have the same.
    pub question: String,
    /// Through which channel it went.
    pub channel: Channel,
    /// Where the answer goes.
    pub callback_id: String,
    /// The language that it is asked in.
    pub language: Language,
    /// What is asked.
    pub text: String,
    /// What may be answered.
    pub choices: Vec<Choice>,
    /// Until when it may be, in seconds since 1970.
    pub answer_until: u64,
    /// What whoever answers has to know besides, where that is asked for.
    pub check: Option<Check>,
}

/// What was answered to a question first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Through which channel.
    pub channel: Channel,
    /// What.
    pub choice: String,
    /// The callback of the link.
    pub callback_id: String,
    /// Whether the workflow has it.
    pub answered: Answered,
}

/// What was answered first, seen by whoever answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// What was answered first.
    pub decision: Decision,
    /// Whether it was answered just now.
    pub is_new: bool,
}

/// Whether an answer reached its workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// It is on its way, or its way was interrupted.
    Taken,
    /// The workflow has it.
    Delivered,
    /// The workflow did not wait for it any more.
    Closed,
}

impl Answered {
    /// Returns the stored spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Delivered => "delivered",
            Self::Closed => "closed",
        }
    }

    /// Reads the stored spelling.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Taken, Self::Delivered, Self::Closed]
            .into_iter()
            .find(|answered| answered.as_str() == text)
    }
}

/// The records cannot be read or written now. Holds the service's code only, because its text may quote a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the table of questions is out of reach: {code}")]
pub struct RecordsError {
    /// The service's code.
    pub code: String,
}

/// Remembers what was asked, and what was answered first.
#[async_trait]
pub trait Records: Send + Sync {
    /// Remembers what a link asks.
    async fn remember(&self, token: &TokenHash, asked: &Asked) -> Result<(), RecordsError>;

    /// Returns what a link asks, if there is such a link.
    async fn find(&self, token: &TokenHash) -> Result<Option<Asked>, RecordsError>;

    /// Counts a try of a link's identity before it is judged, and returns how many there were with it; nothing where
    /// there were [`MOST_TRIES`](crate::MOST_TRIES) before. Of many at once no more than those are counted.
    async fn count_try(&self, token: &TokenHash) -> Result<Option<u32>, RecordsError>;

    /// Returns what was answered to a question, if anything was.
    async fn decision(&self, question: &str) -> Result<Option<Decision>, RecordsError>;

    /// Takes an answer if it is the first one, and returns the first one.
    async fn decide(&self, asked: &Asked, choice: &str) -> Result<Taken, RecordsError>;

    /// Notes what became of the first answer. That it was delivered is never replaced by that it was closed: to
    /// whoever delivers it once more a callback that is answered looks as one that is closed.
    async fn settle(&self, question: &str, answered: Answered) -> Result<(), RecordsError>;

    /// Notes that a sending begins, and returns whether it did not begin before. `until` is when the question ends.
    async fn begin(&self, sending: &str, until: u64) -> Result<bool, RecordsError>;

    /// Takes the note back, because nothing was sent.
    async fn take_back(&self, sending: &str) -> Result<(), RecordsError>;
}
