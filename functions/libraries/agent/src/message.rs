//! What is said between a workflow and a model.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Who says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The workflow.
    User,
    /// The model.
    Assistant,
}

/// What one of them says.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// What it is made of.
    pub content: Vec<Content>,
}

/// A part of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// Text.
    Text(String),
    /// The model calls a tool.
    Call(Call),
    /// What came of it.
    Result(CallResult),
}

/// A call of a tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// What its result refers to.
    pub id: String,
    /// Which tool.
    pub tool: String,
    /// What it is called with.
    pub input: Value,
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CallResult {
    /// Of which call.
    pub id: String,
    /// An object, or the text of an error.
    pub result: Result<Value, String>,
}

/// What a model replied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// What it says.
    pub content: Vec<Content>,
    /// Why it ended there, as Converse spells it.
    pub stop: String,
    /// What it read and wrote.
    pub usage: Usage,
}

impl Reply {
    /// Returns the calls of tools in it.
    pub fn calls(&self) -> Vec<&Call> {
        let calls = self.content.iter().filter_map(|content| match content {
            Content::Call(call) => Some(call),
            _ => None,
        });
        calls.collect()
    }
}

/// How many tokens a model read and wrote.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Read.
    pub input: u64,
    /// Written.
    pub output: u64,
}

impl Usage {
    /// Returns both together.
    pub fn total(self) -> u64 {
        self.input.saturating_add(self.output)
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            input: self.input.saturating_add(other.input),
            output: self.output.saturating_add(other.output),
        }
    }
}
