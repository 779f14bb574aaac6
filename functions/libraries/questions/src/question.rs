//! What is asked.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::channel::Channel;
use crate::contact::Contact;
use crate::languages::Language;

/// A question to somebody.
#[derive(Debug, Clone)]
pub struct Question {
    /// The name of the operation, unlike that of any other question of the execution.
    pub name: String,
    /// Whom it goes to.
    pub who: Who,
    /// What it says, in every language that it can be asked in.
    pub wordings: Wordings,
    /// What may be answered. Of two answers that are there at once the one that comes last here decides, so the most
    /// cautious one is the last.
    pub choices: Vec<String>,
    /// The ways it goes, each of them at once.
    pub channels: Vec<Channel>,
    /// How long an answer is waited for, from the sending.
    pub answer_within: Duration,
    /// After which part of that time whoever did not answer is reminded, once on every channel.
    pub remind_after: Option<Duration>,
}

impl Question {
    /// Returns the error type of a channel that was waited for to the end: the name of the operation in one word, and
    /// `TimedOut`.
    pub fn timed_out(&self) -> String {
        let words = self.name.split(['-', '_', ' ']);
        let capitalized = words.map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|first| first.to_ascii_uppercase());
            first.into_iter().chain(letters).collect::<String>()
        });
        format!("{}TimedOut", capitalized.collect::<String>())
    }

    /// Returns the wording in a language, and the choices with it.
    pub(crate) fn worded(&self, language: Language) -> (&Wording, Vec<Choice>) {
        let wording = self.wordings.in_language(language);
        let labels = wording.labels.iter().map(Some);
        let choices = self
            .choices
            .iter()
            .zip(labels.chain(std::iter::repeat(None)));
        let choices = choices.map(|(value, label)| Choice {
            value: value.clone(),
            label: label.unwrap_or(value).clone(),
        });
        (wording, choices.collect())
    }
}

/// Whom a question goes to. Shows nobody.
#[derive(Clone, PartialEq, Eq)]
pub enum Who {
    /// Somebody whose contact is stored under this id: neither the workflow's message nor its history has the
    /// contact.
    Known(String),
    /// Somebody whose contact came with the message, and is wherever messages are.
    Directly(Contact),
}

impl fmt::Debug for Who {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Known(_) => "Known(…)",
            Self::Directly(_) => "Directly(…)",
        })
    }
}

/// What a question says in one language. Shows nothing of it, because what is asked is between two.
#[derive(Clone, PartialEq, Eq)]
pub struct Wording {
    /// The subject of an e-mail.
    pub subject: String,
    /// The question, in one short paragraph.
    pub text: String,
    /// What the choices are called, in their order.
    pub labels: Vec<String>,
}

impl fmt::Debug for Wording {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Wording(…)")
    }
}

/// What a question says, by language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wordings {
    english: Wording,
    others: BTreeMap<Language, Wording>,
}

impl Wordings {
    /// Returns the wording in English, which everybody gets whose language has none.
    pub fn english(wording: Wording) -> Self {
        Self {
            english: wording,
            others: BTreeMap::new(),
        }
    }

    /// Adds another language.
    #[must_use]
    pub fn and(mut self, language: Language, wording: Wording) -> Self {
        self.others.insert(language, wording);
        self
    }

    fn in_language(&self, language: Language) -> &Wording {
        self.others.get(&language).unwrap_or(&self.english)
    }
}

/// Something that may be answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What the workflow gets.
    pub value: String,
    /// What the person reads.
    pub label: String,
}
