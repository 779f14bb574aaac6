//! Callbacks: answers, heartbeats and being late.

use durable_history::{ErrorObject, OperationStatus as Status, Timestamp};
use serde_json::json;

use super::{at, checkpoint, events, running, update, with};
use crate::execution::model::{Execution, Phase};
use crate::execution::transition::{
    CallbackAnswer, CallbackRejection, answer_callback, beat, fire_due, next_due, stop,
};

fn with_callback(timeout: u64, heartbeat: u64) -> Execution {
    let mut execution = running();
    let options = json!({"TimeoutSeconds": timeout, "HeartbeatTimeoutSeconds": heartbeat});
    let start = with(
        update("c", "CALLBACK", "START"),
        json!({"CallbackOptions": options}),
    );
    checkpoint(&mut execution, json!([start]), at(0));
    execution.phase = Phase::Suspended;
    execution
}

fn success() -> CallbackAnswer {
    CallbackAnswer::Success(Some("\"yes\"".into()))
}

fn error_type(execution: &Execution) -> Option<String> {
    execution
        .operation("c")?
        .callback_details
        .as_ref()?
        .error
        .as_ref()?
        .error_type
        .clone()
}

fn answered(execution: &Execution, now: Timestamp) -> Result<(), CallbackRejection> {
    answer_callback(execution, "c", success(), now).map(|_| ())
}

#[test]
fn the_first_answer_counts_and_wakes_the_function() {
    let mut execution = with_callback(0, 0);
    execution.apply(answer_callback(&execution, "c", success(), at(9)).unwrap());
    let operation = execution.operation("c").unwrap();
    assert_eq!(operation.status, Status::Succeeded);
    assert_eq!(
        operation
            .callback_details
            .as_ref()
            .unwrap()
            .result
            .as_deref(),
        Some("\"yes\"")
    );
    assert_eq!(
        execution.phase,
        Phase::Due {
            failures: 0,
            at: at(9)
        }
    );
    assert_eq!(answered(&execution, at(10)), Err(CallbackRejection::Closed));
    assert_eq!(
        beat(&execution, "c", at(10)).map(|_| ()),
        Err(CallbackRejection::Closed)
    );
}

#[test]
fn a_failure_carries_its_error() {
    let mut execution = with_callback(0, 0);
    let failure = CallbackAnswer::Failure(ErrorObject::new("Rejected", "no"));
    execution.apply(answer_callback(&execution, "c", failure, at(9)).unwrap());
    assert_eq!(execution.operation("c").unwrap().status, Status::Failed);
    assert_eq!(error_type(&execution).as_deref(), Some("Rejected"));
    assert_eq!(events(&execution).last(), Some(&"CallbackFailed"));
}

#[test]
fn a_callback_times_out() {
    let mut execution = with_callback(5, 0);
    assert_eq!(next_due(&execution), Some(at(5)));
    assert_eq!(answered(&execution, at(4)), Ok(()));
    // Late is late, even before the timer had a chance to fire.
    assert_eq!(answered(&execution, at(5)), Err(CallbackRejection::Closed));
    execution.apply(fire_due(&execution, at(5)));
    assert_eq!(execution.operation("c").unwrap().status, Status::TimedOut);
    assert_eq!(error_type(&execution).as_deref(), Some("Callback.Timeout"));
    assert_eq!(
        execution.phase,
        Phase::Due {
            failures: 0,
            at: at(5)
        }
    );
    assert_eq!(answered(&execution, at(6)), Err(CallbackRejection::Closed));
}

#[test]
fn heartbeats_put_the_heartbeat_timeout_off_but_not_the_other() {
    let mut execution = with_callback(8, 3);
    execution.apply(beat(&execution, "c", at(2)).unwrap());
    assert_eq!(next_due(&execution), Some(at(5)));
    execution.apply(beat(&execution, "c", at(4)).unwrap());
    assert!(fire_due(&execution, at(6)).is_empty());
    let mut silent = execution.clone();
    silent.apply(fire_due(&silent, at(7)));
    assert_eq!(error_type(&silent).as_deref(), Some("Callback.Heartbeat"));
    execution.apply(beat(&execution, "c", at(6)).unwrap());
    execution.apply(fire_due(&execution, at(8)));
    assert_eq!(error_type(&execution).as_deref(), Some("Callback.Timeout"));
}

#[test]
fn what_is_no_callback_is_unknown() {
    let mut execution = with_callback(0, 0);
    checkpoint(&mut execution, json!([update("s", "STEP", "START")]), at(1));
    for id in ["s", "nobody", "id"] {
        let refused = answer_callback(&execution, id, success(), at(2)).map(|_| ());
        assert_eq!(refused, Err(CallbackRejection::Unknown), "{id}");
    }
}

#[test]
fn a_callback_closes_with_its_execution() {
    let mut execution = with_callback(0, 0);
    assert_eq!(
        answered(&execution, at(1_000)),
        Err(CallbackRejection::Closed)
    );
    execution.apply(stop(&execution, None, at(3)));
    assert_eq!(answered(&execution, at(4)), Err(CallbackRejection::Closed));
}

#[test]
fn an_answer_while_the_function_runs_is_not_lost() {
    let mut execution = with_callback(0, 0);
    execution.phase = Phase::Invoked {
        failures: 0,
        stale: false,
    };
    execution.apply(answer_callback(&execution, "c", success(), at(1)).unwrap());
    assert_eq!(
        execution.phase,
        Phase::Invoked {
            failures: 0,
            stale: true
        }
    );
}
