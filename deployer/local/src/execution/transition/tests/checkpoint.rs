//! Checkpoints: the states that each operation goes through, and the limits.

use durable_history::OperationStatus as Status;
use serde_json::{Value, json};

use super::{at, checkpoint, events, running, try_checkpoint, update, with};
use crate::execution::transition::{Rejection, fire_due};

pub(super) fn wait_start(id: &str, seconds: i64) -> Value {
    with(
        update(id, "WAIT", "START"),
        json!({"WaitOptions": {"WaitSeconds": seconds}}),
    )
}

pub(super) fn retry(id: &str, seconds: i64) -> Value {
    let options = json!({"StepOptions": {"NextAttemptDelaySeconds": seconds}});
    with(update(id, "STEP", "RETRY"), options)
}

#[test]
fn a_step_goes_through_its_states() {
    let mut execution = running();
    checkpoint(&mut execution, json!([update("s", "STEP", "START")]), at(1));
    assert_eq!(execution.operation("s").unwrap().status, Status::Started);
    checkpoint(&mut execution, json!([retry("s", 5)]), at(2));
    let step = execution.operation("s").unwrap().clone();
    assert_eq!(step.status, Status::Pending);
    assert_eq!(step.step_details.as_ref().unwrap().attempt, 1);
    assert_eq!(
        step.step_details.unwrap().next_attempt_timestamp,
        Some(at(7))
    );
    assert!(fire_due(&execution, at(6)).is_empty());
    execution.apply(fire_due(&execution, at(7)));
    assert_eq!(execution.operation("s").unwrap().status, Status::Ready);
    checkpoint(&mut execution, json!([update("s", "STEP", "START")]), at(8));
    let done = with(update("s", "STEP", "SUCCEED"), json!({"Payload": "1"}));
    checkpoint(&mut execution, json!([done]), at(9));
    let step = execution.operation("s").unwrap();
    assert_eq!(step.status, Status::Succeeded);
    assert_eq!(step.end_timestamp, Some(at(9)));
    assert_eq!(
        events(&execution),
        [
            "ExecutionStarted",
            "StepStarted",
            "StepFailed",
            "StepStarted",
            "StepSucceeded"
        ]
    );
}

#[test]
fn a_condition_that_is_not_met_leaves_its_state_and_no_failure() {
    let mut execution = running();
    let again = with(retry("s", 1), json!({"Payload": "41"}));
    checkpoint(
        &mut execution,
        json!([update("s", "STEP", "START"), again]),
        at(1),
    );
    assert_eq!(
        events(&execution),
        ["ExecutionStarted", "StepStarted", "StepSucceeded"]
    );
    let details = execution
        .operation("s")
        .unwrap()
        .step_details
        .clone()
        .unwrap();
    assert_eq!(details.result.as_deref(), Some("41"));
}

#[test]
fn an_operation_keeps_what_its_start_said() {
    let mut execution = running();
    let start = with(
        update("b", "CONTEXT", "START"),
        json!({"Name": "sms", "SubType": "ParallelBranch"}),
    );
    checkpoint(
        &mut execution,
        json!([start, update("b", "CONTEXT", "SUCCEED")]),
        at(1),
    );
    let branch = execution.operation("b").unwrap();
    assert_eq!(branch.name.as_deref(), Some("sms"));
    assert_eq!(branch.sub_type.as_deref(), Some("ParallelBranch"));
    assert_eq!(
        execution.events.last().unwrap().name.as_deref(),
        Some("sms")
    );
}

#[test]
fn good_values_at_the_edge_are_taken() {
    let execution = running();
    let edge = "x".repeat(1024 * 1024);
    for update in [
        wait_start("n", 31_622_400),
        with(
            update("n", "STEP", "START"),
            json!({"Name": "x".repeat(256)}),
        ),
        with(update("n", "STEP", "SUCCEED"), json!({"Payload": edge})),
        with(
            update("n", "CALLBACK", "START"),
            json!({"CallbackOptions": {"TimeoutSeconds": 99_999_999}}),
        ),
        update(&"x".repeat(64), "CONTEXT", "START"),
    ] {
        assert!(try_checkpoint(&execution, json!([update]), at(1)).is_ok());
    }
}

#[test]
fn an_execution_has_3000_operations_at_most() {
    let mut execution = running();
    let batch: Vec<Value> = (0..2_999)
        .map(|n| update(&format!("s{n}"), "STEP", "START"))
        .collect();
    checkpoint(&mut execution, Value::Array(batch), at(1));
    let refused = try_checkpoint(&execution, json!([update("n", "STEP", "START")]), at(2));
    assert_eq!(
        refused.unwrap_err(),
        Rejection::TooManyOperations { limit: 3_000 }
    );
    assert!(try_checkpoint(&execution, json!([update("s0", "STEP", "SUCCEED")]), at(2)).is_ok());
}

#[test]
fn an_execution_writes_100_megabytes_at_most() {
    let mut execution = running();
    execution.bytes = 100 * 1024 * 1024 - 1;
    let batch = json!([with(
        update("s", "STEP", "SUCCEED"),
        json!({"Payload": "12"})
    )]);
    let refused = try_checkpoint(&execution, batch, at(1)).unwrap_err();
    assert!(matches!(refused, Rejection::TooMuchStorage { .. }));
}

#[test]
fn a_wait_ends_on_time_or_is_cancelled() {
    let mut execution = running();
    checkpoint(
        &mut execution,
        json!([wait_start("w", 5), wait_start("v", 5)]),
        at(1),
    );
    checkpoint(
        &mut execution,
        json!([update("v", "WAIT", "CANCEL")]),
        at(2),
    );
    assert_eq!(execution.operation("v").unwrap().status, Status::Cancelled);
    assert!(fire_due(&execution, at(5)).is_empty());
    execution.apply(fire_due(&execution, at(6)));
    assert_eq!(execution.operation("w").unwrap().status, Status::Succeeded);
    assert_eq!(events(&execution).last(), Some(&"WaitSucceeded"));
    assert!(fire_due(&execution, at(7)).is_empty());
}

#[test]
fn children_of_an_ended_context_come_back_only_when_it_asks_for_them() {
    let mut execution = running();
    let below =
        |id: &str, parent: &str| with(update(id, "STEP", "START"), json!({"ParentId": parent}));
    let replay = json!({"ContextOptions": {"ReplayChildren": true}});
    let batch = json!([
        update("open", "CONTEXT", "START"),
        below("open-child", "open"),
        update("small", "CONTEXT", "START"),
        below("small-child", "small"),
        update("small", "CONTEXT", "SUCCEED"),
        update("large", "CONTEXT", "START"),
        below("large-child", "large"),
        with(update("large", "CONTEXT", "SUCCEED"), replay),
    ]);
    checkpoint(&mut execution, batch, at(1));
    let page = crate::execution::state::page(&execution, None, 100).unwrap();
    let ids: Vec<_> = page
        .operations
        .iter()
        .map(|operation| operation.id.as_str())
        .collect();
    assert_eq!(
        ids,
        ["id", "open", "open-child", "small", "large", "large-child"]
    );
}

#[test]
fn state_comes_in_pages() {
    let mut execution = running();
    let batch: Vec<Value> = (0..9)
        .map(|n| update(&format!("s{n}"), "STEP", "START"))
        .collect();
    checkpoint(&mut execution, Value::Array(batch), at(1));
    let (mut marker, mut ids, mut pages) = (None, Vec::new(), 0);
    loop {
        let page = crate::execution::state::page(&execution, marker.as_deref(), 4).unwrap();
        ids.extend(page.operations.into_iter().map(|operation| operation.id));
        pages += 1;
        marker = page.next_marker;
        if marker.is_none() {
            break;
        }
    }
    assert_eq!((ids.len(), pages), (10, 3));
    assert!(crate::execution::state::page(&execution, Some("x"), 4).is_none());
}
