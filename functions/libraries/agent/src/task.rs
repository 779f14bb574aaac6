//! What a model works on.

use async_trait::async_trait;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use steps::RecordedError;

/// A tool, as a model is told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    /// Its name: letters, digits, `_` and `-`.
    pub name: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// The JSON schema of what it is called with, an object.
    pub input: Value,
}

/// What a model works on. All but [`Task::call`] must always return the same.
#[async_trait]
pub trait Task: Send + Sync + 'static {
    /// The answer that it works towards.
    type Answer: Serialize + DeserializeOwned + Send + 'static;
    /// What goes wrong in tools.
    type Error: RecordedError;

    /// Returns the name of the operation.
    fn name(&self) -> &'static str;

    /// Returns what holds for the whole conversation. Nothing in it comes from the outside.
    fn instructions(&self) -> String;

    /// Returns the question. What comes from the outside is [`quoted`](crate::quoted) in it.
    fn question(&self) -> String;

    /// Returns the tools that may be called on the way.
    fn tools(&self) -> Vec<Tool>;

    /// Returns the tool whose call is the answer.
    fn answer(&self) -> Tool;

    /// Returns the answer in a call of that tool, if it is one.
    fn read(&self, input: &Value) -> Option<Self::Answer>;

    /// Calls a tool. It only reads, so that it may be called again; a mistake in `input` is a value that says so.
    async fn call(&self, tool: &str, input: &Value) -> Result<Value, Self::Error>;
}
