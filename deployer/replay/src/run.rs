//! One run of the program: what it was given, and what came of it.

use durable_history::{ErrorObject, OperationType};
use serde::Deserialize;

/// The wire type of the error with which the SDKs end an execution whose code comes to other operations.
const OTHER_OPERATIONS: &str = "NonDeterministicExecutionError";

/// What came of one run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Run {
    /// How it ended.
    pub(crate) end: End,
    /// The updates of operations that it sent, none of which was accepted.
    pub(crate) came: Vec<Update>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum End {
    /// The code waits.
    Pending,
    /// It has a result.
    Succeeded(Option<String>),
    /// It ended with an error.
    Failed(ErrorObject),
    /// The invocation failed.
    Fault(String),
}

/// An update of an operation, as far as it tells which operation is meant.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Update {
    #[serde(rename = "Type")]
    pub(crate) kind: OperationType,
    #[serde(default)]
    pub(crate) name: Option<String>,
    #[serde(default)]
    pub(crate) sub_type: Option<String>,
    pub(crate) action: String,
}

/// What a function answers to an invocation.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    status: String,
    #[serde(default)]
    result: Option<String>,
    #[serde(default)]
    error: Option<ErrorObject>,
}

impl End {
    /// Reads what a function answered.
    pub(crate) fn of(answer: &[u8]) -> Self {
        match serde_json::from_slice::<Answer>(answer) {
            Ok(answer) => match answer.status.as_str() {
                "PENDING" => Self::Pending,
                "SUCCEEDED" => Self::Succeeded(answer.result),
                _ => Self::Failed(answer.error.unwrap_or_default()),
            },
            Err(error) => Self::Fault(format!("its answer is none of a durable function: {error}")),
        }
    }

    /// Returns the words of the SDK where the code came to another operation than the history has there.
    pub(crate) fn other_operation(&self) -> Option<&str> {
        match self {
            Self::Failed(error) if error.error_type.as_deref() == Some(OTHER_OPERATIONS) => {
                Some(error.error_message.as_deref().unwrap_or_default())
            }
            _ => None,
        }
    }
}

/// Says which operation it is: `STEP "charge"`, `CONTEXT "ask" (Parallel)`.
pub(crate) fn named(kind: &str, sub_type: Option<&str>, name: Option<&str>) -> String {
    let name = name.map(|name| format!(" {name:?}")).unwrap_or_default();
    // A step whose kind is a step says nothing more by that.
    let same = |sub_type: &&str| !sub_type.eq_ignore_ascii_case(&kind.replace('_', ""));
    let sub_type = sub_type.filter(same);
    let sub_type = sub_type.map(|told| format!(" ({told})"));
    format!("{kind}{name}{}", sub_type.unwrap_or_default())
}

impl Update {
    /// Says what the code wants.
    pub(crate) fn in_words(&self) -> String {
        let operation = named(
            self.kind.as_str(),
            self.sub_type.as_deref(),
            self.name.as_deref(),
        );
        match self.action.as_str() {
            "START" => operation,
            _ => format!("the end of {operation}"),
        }
    }
}
