//! An execution as it is shown: plain data, from a record, with everything hidden that looks like a secret.

use durable_history::{
    Attempt, Branch, ErrorObject, ExecutionArn, History, Operation, OperationType, Record,
    Timestamp,
};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::secrets::redact_data;

/// A point in time, told in RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct At(pub Timestamp);

impl Serialize for At {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_rfc3339())
    }
}

/// An execution as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExecutionView {
    /// The name.
    pub name: String,
    /// The ARN.
    pub arn: String,
    /// The orchestrator's function.
    pub function: String,
    /// The version that the execution is pinned to.
    pub version: String,
    /// Where it stands, in the service's own word.
    pub status: String,
    /// When it began.
    pub started_at: At,
    /// When it ended.
    pub ended_at: Option<At>,
    /// When it times out, unless it ends before or is paused.
    pub times_out_at: Option<At>,
    /// How many operations it began, of the 3,000 that it may.
    pub operations_used: usize,
    /// How many bytes of inputs, results and errors its history has, of the 100 MB that it may write.
    pub bytes_written: u64,
    /// Results that are larger than all sources allow.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub large_results: Vec<LargeResult>,
    /// How often its function was invoked.
    pub invocations: usize,
    /// What it waits for now.
    pub waiting_for: Vec<Waiting>,
    /// What it was given.
    pub input: Option<Value>,
    /// Its result.
    pub result: Option<Value>,
    /// Its error.
    pub error: Option<ErrorView>,
    /// Its operations as a tree: those inside of one follow it, one deeper.
    pub operations: Vec<OperationView>,
    /// Events that this program does not know, by their type.
    pub unknown_events: Vec<UnknownEvent>,
}

/// Something that an execution waits for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Waiting {
    /// The name of the operation, or of the nearest one around it that has one; else its id.
    pub operation: String,
    /// The operation's kind, in the service's own word.
    pub kind: &'static str,
    /// Since when.
    pub since: At,
    /// Until when at the latest, where there is an end.
    pub until: Option<At>,
    /// Of a callback: by what it is answered.
    pub callback_id: Option<String>,
}

/// A result that the service may not take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LargeResult {
    /// The operation, by its name or that of one around it.
    pub operation: String,
    /// How many bytes it has.
    pub bytes: u64,
}

/// An operation as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OperationView {
    /// How many operations are around it.
    pub depth: usize,
    /// Its id.
    pub id: String,
    /// The id of the operation around it.
    pub parent: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Its kind, in the service's own word.
    pub kind: &'static str,
    /// What the SDK made it for, such as `Parallel`.
    pub sub_type: Option<String>,
    /// Where it stands, in the service's own word.
    pub status: &'static str,
    /// When it began.
    pub started_at: At,
    /// When it ended.
    pub ended_at: Option<At>,
    /// The attempts of a step.
    pub attempts: Vec<AttemptView>,
    /// Until when it waits.
    pub waits_until: Option<At>,
    /// Of a callback: by what it is answered.
    pub callback_id: Option<String>,
    /// Of an invocation of another function: which.
    pub function: Option<String>,
    /// Of an invocation of another durable function: the ARN of that execution.
    pub execution: Option<String>,
    /// Its result.
    pub result: Option<Value>,
    /// Its last error.
    pub error: Option<ErrorView>,
}

/// An attempt of a step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AttemptView {
    /// When it began, where that is told.
    pub started_at: Option<At>,
    /// When it ended.
    pub ended_at: Option<At>,
    /// What went wrong.
    pub error: Option<ErrorView>,
}

/// An error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErrorView {
    /// What kind of error it is.
    pub kind: Option<String>,
    /// What went wrong, in words.
    pub message: Option<String>,
    /// What else the thrower has to say.
    pub data: Option<String>,
    /// Where it was thrown.
    pub stack_trace: Vec<String>,
}

/// An event that this program does not know.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UnknownEvent {
    /// Its place in the history.
    pub event_id: u64,
    /// Its type.
    pub event_type: String,
    /// When it happened.
    pub at: At,
}

impl ExecutionView {
    /// Returns what is shown of a record. The same record comes to the same view, wherever it was read.
    pub fn of(record: &Record) -> Self {
        let (described, history) = (&record.execution, record.history());
        let arn = ExecutionArn::parse(&described.durable_execution_arn);
        let started_at = described.start_timestamp;
        let timeout = history.execution.timeout;
        Self {
            name: described.durable_execution_name.clone(),
            arn: described.durable_execution_arn.clone(),
            function: arn.map_or_else(String::new, |arn| arn.function.to_owned()),
            version: described
                .version
                .clone()
                .or_else(|| Some(arn?.version.to_owned()))
                .unwrap_or_default(),
            status: described.status.clone(),
            started_at: At(started_at),
            ended_at: described.end_timestamp.map(At),
            times_out_at: timeout
                .filter(|_| !described.is_finished())
                .map(|seconds| At(started_at.plus_seconds(seconds))),
            operations_used: history.operations_used(),
            bytes_written: history.bytes_written(),
            large_results: large_results(&history),
            invocations: history.invocations().count(),
            waiting_for: waiting(&history, described.is_finished()),
            input: described
                .input_payload
                .as_ref()
                .or(history.execution.input.as_ref())
                .map(|text| payload(text)),
            result: described
                .result
                .as_ref()
                .or(history.execution.result.as_ref())
                .map(|text| payload(text)),
            error: described
                .error
                .as_ref()
                .or(history.execution.error.as_ref())
                .map(ErrorView::of),
            operations: history.tree().into_iter().map(OperationView::of).collect(),
            unknown_events: history
                .unknown_events()
                .map(|event| UnknownEvent {
                    event_id: event.event_id,
                    event_type: event.event_type.clone(),
                    at: At(event.event_timestamp),
                })
                .collect(),
        }
    }

    /// Returns whether nothing more will happen in it.
    pub fn is_finished(&self) -> bool {
        durable_history::is_finished(&self.status)
    }
}

fn large_results(history: &History) -> Vec<LargeResult> {
    let large = history.large_results().into_iter();
    let large = large.map(|(operation, bytes)| LargeResult {
        operation: history
            .name_of(operation)
            .unwrap_or(&operation.id)
            .to_owned(),
        bytes: u64::try_from(bytes).unwrap_or(u64::MAX),
    });
    large.collect()
}

fn waiting(history: &History, is_finished: bool) -> Vec<Waiting> {
    if is_finished {
        return Vec::new();
    }
    let waiting = history.waiting().into_iter().map(|operation| Waiting {
        operation: history
            .name_of(operation)
            .unwrap_or(&operation.id)
            .to_owned(),
        kind: operation.kind.as_str(),
        since: At(since(operation)),
        until: operation.waits_until.map(At),
        callback_id: callback_id(operation),
    });
    waiting.collect()
}

/// Returns since when an operation waits: a step since its last attempt failed.
fn since(operation: &Operation) -> Timestamp {
    let failed = operation
        .attempts
        .last()
        .and_then(|attempt| attempt.ended_at);
    failed
        .filter(|_| operation.kind == OperationType::Step)
        .unwrap_or(operation.started_at)
}

fn callback_id(operation: &Operation) -> Option<String> {
    let callback = operation.callback.as_ref();
    callback.map(|callback| callback.id.clone())
}

impl OperationView {
    fn of(branch: Branch<'_>) -> Self {
        let Branch { depth, operation } = branch;
        let chained = operation.chained.as_ref();
        Self {
            depth,
            id: operation.id.clone(),
            parent: operation.parent_id.clone(),
            name: operation.name.clone(),
            kind: operation.kind.as_str(),
            sub_type: operation.sub_type.clone(),
            status: operation.status.as_str(),
            started_at: At(operation.started_at),
            ended_at: operation.ended_at.map(At),
            attempts: operation.attempts.iter().map(AttemptView::of).collect(),
            waits_until: operation.waits_until.map(At),
            callback_id: callback_id(operation),
            function: chained.map(|chained| chained.function.clone()),
            execution: chained.and_then(|chained| chained.execution.clone()),
            result: operation.result.as_ref().map(|text| payload(text)),
            error: operation.error.as_ref().map(ErrorView::of),
        }
    }
}

impl AttemptView {
    fn of(attempt: &Attempt) -> Self {
        Self {
            started_at: attempt.started_at.map(At),
            ended_at: attempt.ended_at.map(At),
            error: attempt.error.as_ref().map(ErrorView::of),
        }
    }
}

impl ErrorView {
    /// Returns what is shown of an error.
    pub fn of(error: &ErrorObject) -> Self {
        let text = |text: &Option<String>| text.as_deref().map(hidden);
        let trace = error.stack_trace.iter().flatten();
        Self {
            kind: text(&error.error_type),
            message: text(&error.error_message),
            data: error.error_data.as_deref().map(|data| match payload(data) {
                Value::String(data) => data,
                data => data.to_string(),
            }),
            stack_trace: trace.map(|line| hidden(line)).collect(),
        }
    }

    /// Returns the error as `Type: message`.
    pub fn in_words(&self) -> String {
        let parts = [&self.kind, &self.message].into_iter().flatten();
        let words = parts.cloned().collect::<Vec<_>>().join(": ");
        if words.is_empty() {
            "error".to_owned()
        } else {
            words
        }
    }
}

/// Returns a payload as the JSON that it is, or as text, without what looks like a secret.
fn payload(text: &str) -> Value {
    let mut value = serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()));
    redact_data(&mut value, false, "");
    value
}

fn hidden(text: &str) -> String {
    match payload(&Value::from(text).to_string()) {
        Value::String(text) => text,
        other => other.to_string(),
    }
}
