//! What functions wrote about a message or an execution.

use std::collections::BTreeSet;
use std::time::Duration;

use durable_history::Timestamp;
use serde_json::Value;

use super::model::{Place, Step};
use crate::aws::Clients;
use crate::config::App;
use crate::error::Result;
use crate::operate::executions::At;
use crate::operate::logs::{LogLine, Question, Tail};

/// A line of the intermediary about one delivery of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Delivery {
    /// When it was written.
    pub(super) at: Timestamp,
    /// The workflow.
    pub(super) workflow: String,
    /// The message's id.
    pub(super) message: String,
    /// The name of the execution that the message asks for, where it gives one.
    pub(super) execution: Option<String>,
    /// `started`, `duplicate`, `refused` or `failed`.
    pub(super) outcome: String,
    /// Why, where it was not handled.
    pub(super) reason: Option<String>,
    /// Which delivery it was.
    pub(super) number: Option<u64>,
}

/// What was written.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// By intermediaries, about deliveries.
    pub(super) deliveries: Vec<Delivery>,
    /// Everything else.
    pub(super) others: Vec<LogLine>,
}

/// Reads all lines of the workflows that have one of the words in them.
pub(super) async fn read(
    app: &App,
    clients: &Clients,
    workflows: &[String],
    words: &BTreeSet<String>,
    since: Duration,
) -> Result<Written> {
    let mut lines = Vec::new();
    for word in words {
        let question = Question {
            workflows: workflows.to_vec(),
            execution: Some(word.clone()),
            since,
        };
        lines.extend(Tail::new(app, clients, &question).next().await?);
    }
    lines.sort_by(|one, other| {
        let key = |line: &LogLine| (line.timestamp, line.function.clone(), line.id.clone());
        key(one).cmp(&key(other))
    });
    lines.dedup();
    let mut written = Written::default();
    for line in lines {
        match Delivery::of(&line) {
            Some(delivery) => written.deliveries.push(delivery),
            None => written.others.push(line),
        }
    }
    Ok(written)
}

impl Delivery {
    /// Only the intermediary tells of a message with an outcome.
    fn of(line: &LogLine) -> Option<Self> {
        let text = |name: &str| line.message.get(name)?.as_str().map(str::to_owned);
        Some(Self {
            at: Timestamp::from_millis(line.timestamp),
            workflow: line.workflow.clone(),
            message: text("message_id")?,
            execution: text("execution_name"),
            outcome: text("outcome")?,
            reason: text("reason"),
            number: line.message.get("receive_count").and_then(Value::as_u64),
        })
    }

    /// Returns the delivery as a step of the trace.
    pub(super) fn step(&self) -> Step {
        let number = self
            .number
            .map_or_else(String::new, |number| format!(", delivery {number}"));
        let reason = self
            .reason
            .as_ref()
            .map_or_else(String::new, |reason| format!(": {reason}"));
        let (message, outcome) = (&self.message, &self.outcome);
        Step {
            at: Some(At(self.at)),
            place: Place::Intermediary,
            what: format!("{outcome}, message {message}{number}{reason}"),
        }
    }
}

/// Returns a line of a function as a step of the trace.
pub(super) fn step(line: &LogLine) -> Step {
    let level = line
        .level()
        .map_or_else(String::new, |level| format!("{level} "));
    Step {
        at: Some(At(Timestamp::from_millis(line.timestamp))),
        place: Place::Log,
        what: format!("{}: {level}{}", line.function, line.text()),
    }
}
