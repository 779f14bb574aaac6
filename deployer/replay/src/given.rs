//! What the code is given: a history, as the service gives it to a function that goes on.

use std::collections::{BTreeMap, BTreeSet};

use durable_history::{
    EventDetail, History, HistoryEvent, Operation, OperationStatus, OperationType, Record,
    Timestamp,
};
use serde_json::{Map, Value, json};

use crate::run::named;

/// A name that no code gives, under which an operation is hidden to see whether the code asks for it.
const DISGUISE: &str = "\u{2}replay-check";

/// Farther than any execution lasts: what is tried again then is not tried now.
const NEVER_SECONDS: u64 = 10 * 366 * 24 * 60 * 60;

/// What a history comes to for the code.
#[derive(Debug)]
pub(crate) struct Given {
    /// The execution's ARN.
    pub(crate) arn: String,
    operations: Vec<Value>,
    /// The operations to which the code has come where it has come to all: the last ones of every context
    /// whose body is run.
    pub(crate) last: Vec<String>,
    /// What was waited for.
    pub(crate) open: Vec<String>,
    /// Whether the code had done all that it could when the history was taken: it only waited.
    pub(crate) settled: bool,
    words: BTreeMap<String, String>,
    /// The operations that the code is given, in the order in which they began.
    order: Vec<String>,
}

impl Given {
    /// Makes of a record what the code is given.
    ///
    /// # Errors
    ///
    /// Says what the record lacks.
    pub(crate) fn of(record: &Record) -> Result<Self, String> {
        let history = record.history();
        let input = record.execution.input_payload.as_ref();
        let input = input.or(history.execution.input.as_ref()).ok_or(
            "its history has no input: it was read or exported without data, or its input was cut off",
        )?;
        let started_at = record.execution.start_timestamp;
        let mut operations = vec![json!({
            "Id": "execution", "Type": "EXECUTION", "Status": "STARTED", "StartTimestamp": started_at,
            "ExecutionDetails": { "InputPayload": input },
        })];
        let mut order = Vec::new();
        let inside = Inside::of(&history);
        for operation in &history.operations {
            if !inside.is_shown(operation) {
                continue;
            }
            if let Some(cut) = operation.events.iter().find(|event| is_cut(event)) {
                let what = words(&history, operation);
                return Err(format!(
                    "what {what} came to is cut off in its history (event {})",
                    cut.event_id
                ));
            }
            order.push(operation.id.clone());
            operations.push(wire(operation, inside.is_run(operation)));
        }
        let open = history.waiting().into_iter();
        Ok(Self {
            arn: record.execution.durable_execution_arn.clone(),
            operations,
            last: inside.last(&history),
            open: open.map(|operation| words(&history, operation)).collect(),
            settled: is_settled(record),
            words: history
                .operations
                .iter()
                .map(|operation| (operation.id.clone(), words(&history, operation)))
                .collect(),
            order,
        })
    }

    /// Returns the event with which the function is invoked; `hidden` is an operation under another name.
    pub(crate) fn event(&self, token: &str, hidden: Option<&str>) -> Value {
        let mut operations = self.operations.clone();
        let wanted =
            |operation: &&mut Value| hidden.is_some() && operation["Id"].as_str() == hidden;
        if let Some(operation) = operations.iter_mut().find(wanted) {
            operation["Name"] = DISGUISE.into();
        }
        json!({
            "DurableExecutionArn": self.arn,
            "CheckpointToken": token,
            "InitialExecutionState": { "Operations": operations },
        })
    }

    /// Returns what an operation of the history is, in words.
    pub(crate) fn words(&self, id: &str) -> Option<&str> {
        self.words.get(id).map(String::as_str)
    }

    /// Returns the operations that began before another.
    pub(crate) fn before(&self, id: &str) -> &[String] {
        let place = self.order.iter().position(|operation| operation == id);
        self.order
            .get(..place.unwrap_or_default())
            .unwrap_or_default()
    }
}

/// Says what an operation is; one without a name by what is around it.
fn words(history: &History, operation: &Operation) -> String {
    let own = |operation: &Operation| {
        named(
            operation.kind.as_str(),
            operation.sub_type.as_deref(),
            operation.name.as_deref(),
        )
    };
    let mut named_around = history.ancestry(operation).skip(1);
    match named_around.find(|around| around.name.is_some()) {
        Some(around) if operation.name.is_none() => {
            format!("{} in {}", own(operation), own(around))
        }
        _ => own(operation),
    }
}

/// Which operations are in which, and which bodies are run.
struct Inside<'a> {
    children: BTreeMap<&'a str, Vec<&'a Operation>>,
    top: Vec<&'a Operation>,
    by_id: BTreeMap<&'a str, &'a Operation>,
}

impl<'a> Inside<'a> {
    fn of(history: &'a History) -> Self {
        let by_id: BTreeMap<&str, &Operation> = history
            .operations
            .iter()
            .map(|operation| (operation.id.as_str(), operation))
            .collect();
        let mut children: BTreeMap<&str, Vec<&Operation>> = BTreeMap::new();
        let mut top = Vec::new();
        for operation in &history.operations {
            match operation.parent_id.as_deref() {
                // What is in the execution itself may name that as its parent.
                Some(parent) if by_id.contains_key(parent) => {
                    children.entry(parent).or_default().push(operation);
                }
                _ => top.push(operation),
            }
        }
        Self {
            children,
            top,
            by_id,
        }
    }

    /// Returns whether the body of a context is run: it is not over, or its result was too large to be kept.
    fn is_run(&self, operation: &Operation) -> bool {
        operation.kind == OperationType::Context
            && (!operation.is_over() || self.is_rebuilt(operation))
    }

    /// Returns whether a result is made anew of what is inside. The service tells a function so, but no history.
    fn is_rebuilt(&self, operation: &Operation) -> bool {
        if operation.status != OperationStatus::Succeeded
            || !self.children.contains_key(operation.id.as_str())
        {
            return false;
        }
        let Some(result) = operation.result.as_deref().filter(|text| !text.is_empty()) else {
            return true;
        };
        // Of a batch that is too large, the SDKs keep what it decided, and no results.
        let decided: Option<Map<String, Value>> = serde_json::from_str(result).ok();
        decided.is_some_and(|told| {
            told.contains_key("totalCount")
                && told.contains_key("completionReason")
                && !told.contains_key("items")
        })
    }

    /// Returns whether the code is given the operation: all contexts around it are run.
    fn is_shown(&self, operation: &Operation) -> bool {
        let around = |inner: &&'a Operation| {
            let parent = inner.parent_id.as_deref()?;
            self.by_id.get(parent).copied()
        };
        let first = operation.parent_id.as_deref();
        let first = first.and_then(|id| self.by_id.get(id).copied());
        // A history that is its own ancestor must not keep anybody for ever.
        std::iter::successors(first, around)
            .take(self.by_id.len())
            .all(|context| self.is_run(context))
    }

    /// Returns the last operations of every body that is run.
    fn last(&self, history: &'a History) -> Vec<String> {
        let run = history
            .operations
            .iter()
            .filter(|operation| self.is_shown(operation) && self.is_run(operation));
        let bodies = run.filter_map(|context| {
            let inner = self.children.get(context.id.as_str())?;
            Some((context.sub_type.as_deref(), inner.as_slice()))
        });
        let bodies = std::iter::once((None, self.top.as_slice())).chain(bodies);
        let last: Vec<&Operation> = bodies
            .flat_map(|(sub_type, inner)| last_of(sub_type, inner))
            .collect();
        // To whatever is inside a context, the code comes through it.
        let around: BTreeSet<&str> = last
            .iter()
            .filter_map(|operation| operation.parent_id.as_deref())
            .collect();
        last.iter()
            .filter(|operation| !around.contains(operation.id.as_str()))
            .map(|operation| operation.id.clone())
            .collect()
    }
}

/// Returns the last ones of a body: those after whose end nothing more began in it.
fn last_of<'a>(sub_type: Option<&str>, inner: &[&'a Operation]) -> Vec<&'a Operation> {
    let began = |operation: &Operation| operation.events.first().map(|event| event.event_id);
    let ended = |operation: &Operation| {
        let last = operation.events.last().map(|event| event.event_id);
        last.filter(|_| operation.is_over())
    };
    let newest = inner.iter().max_by_key(|operation| began(operation));
    if matches!(sub_type, Some("Parallel" | "Map")) {
        // Branches begin in their order.
        return newest.copied().into_iter().collect();
    }
    let after = newest.and_then(|operation| began(operation));
    let last = inner.iter().copied();
    last.filter(|operation| ended(operation).is_none_or(|ended| Some(ended) > after))
        .collect()
}

/// Returns whether the service cut off what an event tells of an end.
fn is_cut(event: &HistoryEvent) -> bool {
    match &event.detail {
        EventDetail::StepSucceeded { result, .. }
        | EventDetail::ContextSucceeded { result }
        | EventDetail::CallbackSucceeded { result }
        | EventDetail::ChainedInvokeSucceeded { result } => result.truncated,
        detail => detail.error().is_some_and(|error| error.truncated),
    }
}

/// Returns whether the code only waited: nothing happened since its last invocation ended.
fn is_settled(record: &Record) -> bool {
    let mut backwards = record.events.iter().rev();
    let last = backwards.find(|event| {
        !matches!(
            event.detail,
            EventDetail::ExecutionStopped { .. }
                | EventDetail::ExecutionTimedOut { .. }
                | EventDetail::ExecutionPaused { .. }
                | EventDetail::ExecutionResumed { .. }
        )
    });
    last.is_some_and(|event| matches!(event.detail, EventDetail::InvocationCompleted { .. }))
}

/// Makes of an operation what the service gives of it.
fn wire(operation: &Operation, replays_children: bool) -> Value {
    let mut wire = Map::new();
    let mut put = |key: &str, value: Value| {
        if !value.is_null() {
            wire.insert(key.to_owned(), value);
        }
    };
    put("Id", operation.id.clone().into());
    put("ParentId", operation.parent_id.clone().into());
    put("Name", operation.name.clone().into());
    put("Type", operation.kind.as_str().into());
    put("SubType", operation.sub_type.clone().into());
    put("StartTimestamp", json!(operation.started_at));
    put("EndTimestamp", json!(operation.ended_at));
    put("Status", status(operation).as_str().into());
    let (key, details) = details(operation, replays_children);
    put(key, details);
    Value::Object(wire)
}

/// Returns the status that the code is shown. What it would try now, it is to try later: no body is run.
fn status(operation: &Operation) -> OperationStatus {
    match operation.kind {
        OperationType::Step if !operation.is_over() => OperationStatus::Pending,
        _ => operation.status,
    }
}

fn details(operation: &Operation, replays_children: bool) -> (&'static str, Value) {
    let mut details = Map::new();
    let mut put = |key: &str, value: Value| {
        if !value.is_null() {
            details.insert(key.to_owned(), value);
        }
    };
    if operation.kind != OperationType::Wait {
        put("Result", operation.result.clone().into());
        put("Error", json!(operation.error));
    }
    let key = match operation.kind {
        OperationType::Execution => "ExecutionDetails",
        OperationType::Context => {
            let replays = replays_children && operation.is_over();
            put("ReplayChildren", replays.then_some(true).into());
            "ContextDetails"
        }
        OperationType::Step => {
            put("Attempt", operation.attempts.len().into());
            let later = operation.started_at.plus_seconds(NEVER_SECONDS);
            let later: Option<Timestamp> = (!operation.is_over()).then_some(later);
            put("NextAttemptTimestamp", json!(later));
            "StepDetails"
        }
        OperationType::Wait => {
            put("ScheduledEndTimestamp", json!(operation.waits_until));
            "WaitDetails"
        }
        OperationType::Callback => {
            let id = operation.callback.as_ref();
            put("CallbackId", id.map(|callback| callback.id.clone()).into());
            "CallbackDetails"
        }
        OperationType::ChainedInvoke => "ChainedInvokeDetails",
    };
    (key, Value::Object(details))
}
