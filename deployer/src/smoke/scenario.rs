//! Scenarios as data: `config/smoke/<workflow>.yaml`.
//!
//! In every text, keys included, `{id}` stands for an id that no other scenario and no other run
//! has, `{stage}` for the stage, and `{filler:1000}` for a thousand letters. In what is sent several
//! times, and in what is removed for it, `{n}` stands for the number of the copy, from 0.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::Span;

/// The scenarios of one workflow.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScenarioFile {
    /// The scenarios; they run at the same time, each with ids of its own.
    pub scenarios: Vec<Scenario>,
}

/// One scenario: what to send, how to answer, what to expect.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it shows, in a few words; unique in its file.
    pub name: String,
    /// How long it may take until everything expected is so.
    #[serde(default = "Scenario::default_timeout")]
    pub timeout: Span,
    /// What the tables hold before anything is sent. It is deleted when the scenario ends.
    #[serde(default)]
    pub given: Vec<GivenItem>,
    /// What goes into the queue, in one batch where it fits.
    pub send: Vec<Message>,
    /// Kills the process of a function once; only the local target can, elsewhere the scenario is skipped.
    #[serde(default)]
    pub kill: Option<Kill>,
    /// Stops an execution as an operator may; only the local target can at that moment, elsewhere the scenario is
    /// skipped.
    #[serde(default)]
    pub stop: Option<Stop>,
    /// The answers to callbacks, one after the other.
    #[serde(default)]
    pub answers: Vec<Answer>,
    /// What must be so at the end.
    pub expect: Expectation,
    /// What else is deleted when the scenario ends, beside the items of `given` and `expect`.
    #[serde(default)]
    pub remove: Vec<Removal>,
}

impl Scenario {
    fn default_timeout() -> Span {
        Span::from_seconds(120)
    }
}

/// An item that a table holds before anything is sent.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenItem {
    /// The table's name in the configuration.
    pub table: String,
    /// The item, its key included. A text of the key has `{id}` in it, so that it is nobody else's.
    pub item: BTreeMap<String, Value>,
}

/// An item that is deleted when the scenario ends, whether it is there or not.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Removal {
    /// The table's name in the configuration.
    pub table: String,
    /// The key. A text of it has `{id}` in it, so that it is nobody else's; with `{n}` it stands for
    /// one key for each copy of the message.
    pub key: BTreeMap<String, Value>,
    /// The message whose copies `{n}` counts, itself counted from 0.
    #[serde(default)]
    pub of: usize,
}

/// A message; exactly one of `message` and `body`.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// A JSON message.
    #[serde(default)]
    pub message: Option<Value>,
    /// A text that is sent as it is.
    #[serde(default)]
    pub body: Option<String>,
    /// How often it is sent. `{n}` in its texts stands for the number of the copy, from 0; where that
    /// makes the names of the executions differ, each copy starts an execution of its own.
    #[serde(default = "once")]
    #[schemars(range(min = 1, max = 1000))]
    pub times: u32,
    /// Waits before it is sent until the execution of the message before it exists.
    #[serde(default)]
    pub after_previous: bool,
}

impl Message {
    /// The most copies of a message.
    pub const MOST_TIMES: u32 = 1000;

    /// Returns the text that is sent.
    pub fn text(&self) -> String {
        match (&self.body, &self.message) {
            (Some(body), _) => body.clone(),
            (None, Some(message)) => message.to_string(),
            (None, None) => String::new(),
        }
    }
}

fn once() -> u32 {
    1
}

/// Where to kill a process; exactly one of `after_step` and `after_call`.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Kill {
    /// The message whose execution has the step, counted from 0.
    #[serde(default)]
    pub of: usize,
    /// The orchestrator's step or chained invoke after whose success its process dies, before it does
    /// anything else.
    #[serde(default)]
    pub after_step: Option<String>,
    /// The operation of an AWS service, such as `TransactWriteItems`. The process of the function that
    /// is the first to call it with the scenario's id in the request dies after the call was carried
    /// out, and before it has the answer.
    #[serde(default)]
    pub after_call: Option<String>,
    /// The function that makes the call, for people: the one that dies is the one that called.
    #[serde(default)]
    pub function: Option<String>,
}

/// Where to stop an execution.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stop {
    /// The message whose execution it is, counted from 0.
    #[serde(default)]
    pub of: usize,
    /// The step or chained invoke after whose success it is stopped, before it does anything else.
    pub after_step: String,
    /// Runs it again afterwards, as `executions rerun` does, with these fields of the message set. The rerun
    /// counts as one message more, after the last.
    #[serde(default)]
    pub rerun: Option<BTreeMap<String, Value>>,
}

/// An answer to a callback: `to` with exactly one of `success` and `failure`, or `via` with `channel` and `choice`.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The name of the callback, or of an operation around it, such as a branch.
    #[serde(default)]
    pub to: String,
    /// Answers as a person does, by the newest message with `{id}` in it; only the local target keeps what is sent to
    /// people, elsewhere the scenario is skipped.
    #[serde(default)]
    pub via: Option<Via>,
    /// The channel of that message: `sms` or `email`.
    #[serde(default)]
    pub channel: Option<String>,
    /// The choice whose button is pressed.
    #[serde(default)]
    pub choice: Option<String>,
    /// What is typed where the page asks who answers.
    #[serde(default)]
    pub identity: Option<String>,
    /// How often the link is opened before, as mail scanners and previews do.
    #[serde(default)]
    #[schemars(range(max = 100))]
    pub opened: u32,
    /// The message whose execution it belongs to, counted from 0.
    #[serde(default)]
    pub of: usize,
    /// Answers with this result.
    #[serde(default)]
    pub success: Option<Value>,
    /// Answers that it failed.
    #[serde(default)]
    pub failure: Option<Failure>,
    /// Waits before it answers until the execution has ended.
    #[serde(default)]
    pub late: bool,
    /// Whether the service must refuse it.
    #[serde(default)]
    pub refused: bool,
}

/// How a person answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Via {
    /// By the link in a message.
    Link,
}

/// The failure of a callback.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// The type of the error.
    #[serde(rename = "type")]
    pub error_type: String,
    /// What happened.
    pub message: String,
}

/// What must be so at the end.
///
/// Every execution that ends `FAILED`, `TIMED_OUT` or `STOPPED`, and no other, must also have its event in
/// the failure queue; and until the run is over nothing else may get into a queue of failures. That need
/// not be said.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// The executions that the messages start: these and no others.
    #[serde(default)]
    pub executions: Vec<ExpectedExecution>,
    /// How many of the executions that the copies of a message start end in which way. The tallies of a
    /// message count all of its executions.
    #[serde(default)]
    pub tallies: Vec<Tally>,
    /// Items of tables.
    #[serde(default)]
    pub items: Vec<ExpectedItem>,
    /// The messages, by their place in `send` from 0, that end in the dead-letter queue: these and
    /// no others. A message that is given up twice is named twice.
    #[serde(default)]
    pub dead_letters: Vec<usize>,
}

/// How an execution ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// With a result.
    Succeeded,
    /// With an error.
    Failed,
    /// By the execution timeout.
    TimedOut,
    /// By a request from outside.
    Stopped,
}

impl Status {
    /// Returns the status as the service spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::TimedOut => "TIMED_OUT",
            Self::Stopped => "STOPPED",
        }
    }

    /// Returns whether an execution that ends so has an event in the failure queue.
    pub fn is_failure(self) -> bool {
        matches!(self, Self::Failed | Self::TimedOut | Self::Stopped)
    }
}

/// An execution as it must be. There must be exactly one under its name.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectedExecution {
    /// The message that started it, counted from 0.
    #[serde(default)]
    pub of: usize,
    /// How it ended.
    pub status: Status,
    /// A part of the result: what it names must be equal, what it leaves out may be anything.
    #[serde(default)]
    pub result: Option<Value>,
    /// The type of the error.
    #[serde(default)]
    pub error_type: Option<String>,
    /// Steps, and invocations of other functions, that succeeded exactly once, in this order. A list in
    /// the list is of those that may succeed in any order, as in parallel branches:
    /// `[check, [ask-sms, ask-email], charge]`. Others may succeed in between. A step without a name is
    /// known by the operation around it.
    #[serde(default)]
    pub steps: Vec<InOrder>,
    /// Operations that must not be in the history.
    #[serde(default)]
    pub never: Vec<String>,
}

/// A place in the order of steps.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "a step is a name, or a list of names in any order"
)]
pub enum InOrder {
    /// The step of this name.
    Step(String),
    /// All of these, in any order among themselves.
    AnyOrder(Vec<String>),
}

impl InOrder {
    /// Returns the names of the steps.
    pub fn names(&self) -> &[String] {
        match self {
            Self::Step(name) => std::slice::from_ref(name),
            Self::AnyOrder(names) => names,
        }
    }
}

/// A number of executions that end in the same way. Where several tallies of a message fit an
/// execution, it counts for the first of them.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// The message whose copies start them, counted from 0.
    #[serde(default)]
    pub of: usize,
    /// How they end.
    pub status: Status,
    /// A part of their result: what it names must be equal, what it leaves out may be anything.
    #[serde(default)]
    pub result: Option<Value>,
    /// How many they are.
    pub count: u32,
}

/// An item of a table as it must be. It is deleted when the scenario ends.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectedItem {
    /// The table's name in the configuration.
    pub table: String,
    /// The key.
    pub key: BTreeMap<String, Value>,
    /// A part of the item: what it names must be equal, what it leaves out may be anything.
    #[serde(default)]
    pub item: Option<Value>,
    /// Attributes that the item must not have.
    #[serde(default)]
    pub without: Vec<String>,
    /// Whether there must be no such item.
    #[serde(default)]
    pub absent: bool,
}
