//! Table tests of what can happen to an execution, without a clock and without sleep.

mod callbacks;
mod checkpoint;
mod invocation;
mod pauses;
mod refusals;

use std::collections::BTreeMap;

use durable_history::Timestamp;
use serde_json::{Value, json};

use crate::execution::model::{Change, Execution, Identity};
use crate::execution::transition::{self, Rejection, begin_invocation};
use crate::execution::wire::OperationUpdate;

/// The start of every execution here.
pub(super) const START: i64 = 1_000_000;

/// Returns the point so many seconds after the start.
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(START + seconds * 1000)
}

/// Returns an execution whose function runs; it times out after 1,000 seconds.
pub(super) fn running() -> Execution {
    let identity = Identity {
        id: "id".into(),
        name: "name".into(),
        arn: "arn:aws:lambda:r:a:function:f:1/durable-execution/name/id".into(),
        function_name: "f".into(),
        function_arn: "arn:aws:lambda:r:a:function:f".into(),
        version: "1".into(),
        input: "{}".into(),
        execution_timeout_seconds: 1_000,
        retention_days: 1,
        trace_header: None,
    };
    let mut execution = Execution::start(identity, at(0));
    execution.apply(begin_invocation(&execution));
    execution
}

/// Reads updates.
pub(super) fn updates(updates: Value) -> Vec<OperationUpdate> {
    serde_json::from_value(updates).unwrap()
}

/// Computes a checkpoint.
pub(super) fn try_checkpoint(
    execution: &Execution,
    batch: Value,
    now: Timestamp,
) -> Result<Change, Rejection> {
    transition::checkpoint(execution, &updates(batch), &BTreeMap::new(), now)
}

/// Applies a checkpoint that must be good.
pub(super) fn checkpoint(execution: &mut Execution, batch: Value, now: Timestamp) {
    let change = try_checkpoint(execution, batch, now).unwrap();
    execution.apply(change);
}

/// Returns the types of all events.
pub(super) fn events(execution: &Execution) -> Vec<&str> {
    execution
        .events
        .iter()
        .map(|event| event.event_type.as_str())
        .collect()
}

/// Makes an update.
pub(super) fn update(id: &str, kind: &str, action: &str) -> Value {
    json!({"Id": id, "Type": kind, "Action": action})
}

/// Makes an update with more members.
pub(super) fn with(mut update: Value, members: Value) -> Value {
    let Value::Object(more) = members else {
        panic!("no object: {members}")
    };
    update.as_object_mut().unwrap().extend(more);
    update
}
