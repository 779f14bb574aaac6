//! What a trace tells: plain data.

use serde::Serialize;

use crate::operate::executions::At;

/// A message or an execution, followed from its beginning to its end.
#[derive(Debug, Clone, Serialize)]
pub struct Trace {
    /// What was asked for.
    pub subject: String,
    /// The workflow, where anything of it was found.
    pub workflow: Option<String>,
    /// The name of the execution.
    pub execution: Option<String>,
    /// The ids of the messages that asked for it.
    pub messages: Vec<String>,
    /// What it came to.
    pub end: End,
    /// What happened, in order of time.
    pub steps: Vec<Step>,
    /// Where the track is lost, and why that may be.
    pub lost: Vec<String>,
}

/// Something that happened on the way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// When; nothing for what has no time of its own.
    pub at: Option<At>,
    /// Where.
    pub place: Place,
    /// What.
    pub what: String,
}

/// Where something happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// The queue of the intake.
    Queue,
    /// The function between queue and orchestrator.
    Intermediary,
    /// The record that tells duplicates.
    IdempotencyRecord,
    /// The execution.
    Execution,
    /// What a function wrote.
    Log,
    /// The queue of messages that were given up.
    DeadLetters,
    /// The queue of executions that failed, or of failures that did not reach it.
    FailedExecutions,
}

impl Place {
    /// Returns the place for people.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Intermediary => "intermediary",
            Self::IdempotencyRecord => "record",
            Self::Execution => "execution",
            Self::Log => "log",
            Self::DeadLetters => "dead letters",
            Self::FailedExecutions => "failures",
        }
    }
}

/// What a message or an execution came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(
    tag = "kind",
    rename_all = "kebab-case",
    rename_all_fields = "snake_case"
)]
pub enum End {
    /// Its execution succeeded.
    Succeeded {
        /// The execution's ARN.
        arn: String,
    },
    /// Its execution ended otherwise.
    Failed {
        /// The execution's ARN.
        arn: String,
        /// How it ended, in the service's own word.
        status: String,
        /// The error.
        error: Option<String>,
        /// Whether it waits in the queue of failed executions.
        in_failure_queue: bool,
    },
    /// Its execution goes on.
    GoesOn {
        /// The execution's ARN.
        arn: String,
        /// Where it stands, in the service's own word.
        status: String,
        /// The operations that it waits for.
        waiting_for: Vec<String>,
    },
    /// Another message had asked for the same before.
    Duplicate {
        /// The execution's name.
        execution: String,
        /// The execution's ARN, where it is still known.
        arn: Option<String>,
        /// Where that stands, in the service's own word.
        status: Option<String>,
    },
    /// It is in the dead-letter queue.
    DeadLetter {
        /// Why, as `dlq` names it.
        reason: String,
        /// Why, in words.
        why: String,
    },
    /// It was not handled yet, and will be tried again.
    OnItsWay {
        /// Why it was not handled at the last try.
        why: Option<String>,
    },
    /// It was handled, and its execution is not known any more.
    Forgotten {
        /// The execution's name.
        execution: String,
    },
    /// Nothing is known of it.
    Unknown,
}

impl End {
    /// Returns what it came to, and what can be done about that.
    pub fn in_words(&self) -> String {
        match self {
            Self::Succeeded { .. } => "its execution succeeded".to_owned(),
            Self::Failed {
                status,
                error,
                in_failure_queue,
                arn: _,
            } => {
                let error = error
                    .as_ref()
                    .map_or_else(String::new, |error| format!(": {error}"));
                let queue = if *in_failure_queue {
                    "; it waits in the queue of failed executions (`deployer dlq redrive`)"
                } else {
                    ""
                };
                let status = status.to_lowercase().replace('_', " ");
                format!("its execution {status}{error}{queue}")
            }
            Self::GoesOn {
                status,
                waiting_for,
                arn: _,
            } => {
                let waits = if waiting_for.is_empty() {
                    String::new()
                } else {
                    format!(", waits for {}", waiting_for.join(", "))
                };
                format!("its execution goes on, {}{waits}", status.to_lowercase())
            }
            Self::Duplicate {
                execution, status, ..
            } => {
                let status = status.as_ref().map_or_else(
                    || "is not known any more".to_owned(),
                    |status| format!("is {}", status.to_lowercase().replace('_', " ")),
                );
                format!("a duplicate: the execution {execution} {status}")
            }
            Self::DeadLetter { reason, why } => {
                format!("in the dead-letter queue, {reason}: {why} (`deployer dlq peek`)")
            }
            Self::OnItsWay { why } => {
                let why = why
                    .as_ref()
                    .map_or_else(String::new, |why| format!(": {why}"));
                format!("not handled yet, and tried again{why}")
            }
            Self::Forgotten { execution } => {
                format!("handled by the execution {execution}, which is not known any more")
            }
            Self::Unknown => "nothing is known of it".to_owned(),
        }
    }
}
