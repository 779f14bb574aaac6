//! Pauses: when they begin, what goes on meanwhile, and what their end leads to.

use std::time::Duration;

use durable_history::{ErrorObject, ExecutionStatus as Status, Timestamp};
use serde_json::{Value, json};

use super::checkpoint::wait_start;
use super::{at, checkpoint, events, running, try_checkpoint, update};
use crate::execution::model::{Execution, Phase};
use crate::execution::pausing::Wish;
use crate::execution::transition::{
    Answer, Failure, Invocation, PauseRejection, begin_invocation, cut_off, end_invocation,
    fire_due, lose_invocation, next_due, pause_or_resume, stop,
};

const DAY: i64 = 24 * 60 * 60;

fn pausing(stops_timeout: bool) -> Wish {
    Wish::Pause {
        reason: Some("incident".into()),
        stops_timeout,
    }
}

fn resuming() -> Wish {
    Wish::Resume { reason: None }
}

fn ask(execution: &mut Execution, wish: Wish, now: Timestamp) -> Result<(), PauseRejection> {
    let change = pause_or_resume(execution, None, wish, now)?;
    execution.apply(change);
    Ok(())
}

fn end(execution: &mut Execution, answer: Result<Answer, Failure>, now: Timestamp) {
    let invocation = Invocation {
        request_id: "request".into(),
        started_at: at(0),
        answer,
    };
    execution.apply(end_invocation(execution, invocation, now));
}

/// Applies a checkpoint as the service does, and returns whether it cut the invocation off.
fn reach_checkpoint(execution: &mut Execution, batch: Value, now: Timestamp) -> bool {
    let mut change = try_checkpoint(execution, batch, now).unwrap();
    let cut = cut_off(execution, &mut change, now);
    execution.apply(change);
    cut
}

/// An execution that waits for 50 seconds.
fn suspended() -> Execution {
    let mut execution = running();
    checkpoint(&mut execution, json!([wait_start("w", 50)]), at(0));
    end(&mut execution, Ok(Answer::Pending), at(0));
    assert_eq!(execution.phase, Phase::Suspended);
    execution
}

fn due(seconds: i64) -> Phase {
    Phase::Due {
        failures: 0,
        at: at(seconds),
    }
}

fn details(execution: &Execution, kind: &str) -> Value {
    let event = execution.events.iter().rfind(|e| e.event_type == kind);
    serde_json::to_value(event.unwrap()).unwrap()[format!("{kind}Details")].clone()
}

#[test]
fn an_execution_that_waits_is_paused_at_once_and_goes_on_waiting_when_resumed() {
    let mut execution = suspended();
    ask(&mut execution, pausing(true), at(10)).unwrap();
    assert_eq!(execution.status(), Status::Paused);
    assert_eq!(
        details(&execution, "ExecutionPaused"),
        json!({
            "PauseRequestTimestamp": 1010.0, "ExecutionTimeoutPaused": true,
            "Reason": {"Payload": "incident", "Truncated": false},
        })
    );
    ask(&mut execution, resuming(), at(20)).unwrap();
    assert_eq!(execution.status(), Status::Running);
    assert_eq!(execution.phase, Phase::Suspended);
    assert_eq!(
        details(&execution, "ExecutionResumed"),
        json!({"ResumeRequestTimestamp": 1020.0, "Reason": {"Truncated": false}})
    );
}

#[test]
fn what_ends_during_a_pause_makes_the_function_due_and_no_more() {
    let mut execution = suspended();
    ask(&mut execution, pausing(true), at(10)).unwrap();
    assert_eq!(next_due(&execution), Some(at(50)));
    execution.apply(fire_due(&execution, at(50)));
    assert_eq!(
        (execution.status(), execution.phase),
        (Status::Paused, due(50))
    );
    ask(&mut execution, resuming(), at(60)).unwrap();
    assert_eq!(execution.phase, due(50));
    assert_eq!(
        events(&execution)[3..],
        ["ExecutionPaused", "WaitSucceeded", "ExecutionResumed"]
    );
}

#[test]
fn an_invocation_is_cut_off_at_its_next_checkpoint_which_is_stored() {
    let mut execution = running();
    checkpoint(&mut execution, json!([update("s", "STEP", "START")]), at(1));
    ask(&mut execution, pausing(true), at(2)).unwrap();
    assert_eq!(execution.status(), Status::Pausing);
    assert_eq!(events(&execution), ["ExecutionStarted", "StepStarted"]);
    let done = json!([update("s", "STEP", "SUCCEED")]);
    assert!(reach_checkpoint(&mut execution, done, at(3)));
    assert_eq!(execution.status(), Status::Paused);
    assert!(execution.operation("s").unwrap().status.is_terminal());
    // What the process says then counts for nothing, not even as a failure.
    let mut failed = execution.clone();
    let failure = Failure::Function(ErrorObject::new("Error", "token"));
    end(&mut failed, Err(failure), at(4));
    end(
        &mut execution,
        Ok(Answer::Succeeded { result: None }),
        at(4),
    );
    assert_eq!(execution, failed);
    assert_eq!(
        (execution.status(), execution.phase),
        (Status::Paused, due(4))
    );
    assert_eq!(
        events(&execution)[2..],
        ["StepSucceeded", "ExecutionPaused", "InvocationCompleted"]
    );
    let completed = details(&execution, "InvocationCompleted");
    assert_eq!(completed.get("Error"), None);
    ask(&mut execution, resuming(), at(9)).unwrap();
    assert_eq!(execution.phase, due(4));
}

#[test]
fn an_execution_resumed_before_the_process_let_go_is_invoked_once_it_has() {
    let mut execution = running();
    ask(&mut execution, pausing(true), at(1)).unwrap();
    assert!(reach_checkpoint(&mut execution, json!([]), at(2)));
    ask(&mut execution, resuming(), at(3)).unwrap();
    assert_eq!(
        (execution.status(), execution.phase),
        (Status::Running, Phase::CutOff)
    );
    // Paused again, there is no checkpoint left to wait for.
    ask(&mut execution, pausing(true), at(4)).unwrap();
    assert_eq!(execution.status(), Status::Paused);
    ask(&mut execution, resuming(), at(5)).unwrap();
    end(&mut execution, Err(Failure::Host), at(6));
    assert_eq!(execution.phase, due(6));
}

#[test]
fn an_invocation_that_ends_without_a_checkpoint_pauses_with_its_end() {
    let pausing_with_a_wait = || {
        let mut execution = running();
        checkpoint(&mut execution, json!([wait_start("w", 50)]), at(0));
        ask(&mut execution, pausing(true), at(1)).unwrap();
        execution
    };
    let mut waiting = pausing_with_a_wait();
    end(&mut waiting, Ok(Answer::Pending), at(2));
    assert_eq!(
        (waiting.status(), waiting.phase),
        (Status::Paused, Phase::Suspended)
    );
    assert_eq!(
        events(&waiting)[2..],
        ["InvocationCompleted", "ExecutionPaused"]
    );
    let mut crashed = pausing_with_a_wait();
    let failure = Failure::Function(ErrorObject::new("Runtime.ExitError", "gone"));
    end(&mut crashed, Err(failure), at(2));
    assert_eq!(crashed.status(), Status::Paused);
    assert!(matches!(crashed.phase, Phase::Due { failures: 1, .. }));
    let mut over = pausing_with_a_wait();
    end(&mut over, Ok(Answer::Succeeded { result: None }), at(2));
    assert_eq!(over.status(), Status::Succeeded);
    assert_eq!(over.pause(), None);
    let mut lost = pausing_with_a_wait();
    lost.apply(lose_invocation(&lost, at(2)));
    assert_eq!((lost.status(), lost.phase), (Status::Paused, due(2)));
}

#[test]
fn a_pause_that_did_not_begin_is_called_off_without_a_trace() {
    let mut execution = running();
    let before = events(&execution).len();
    ask(&mut execution, pausing(true), at(1)).unwrap();
    ask(&mut execution, resuming(), at(2)).unwrap();
    assert_eq!(execution.status(), Status::Running);
    assert!(!reach_checkpoint(&mut execution, json!([]), at(3)));
    assert_eq!(events(&execution).len(), before);
    assert!(matches!(execution.phase, Phase::Invoked { .. }));
}

#[test]
fn a_pause_puts_the_timeout_off_unless_told_otherwise() {
    let mut execution = suspended();
    ask(&mut execution, pausing(true), at(10)).unwrap();
    assert_eq!(execution.times_out_at(), at(366 * DAY));
    assert!(!fire_due(&execution, at(5_000)).is_empty(), "the wait ends");
    execution.apply(fire_due(&execution, at(5_000)));
    assert_eq!(execution.status(), Status::Paused);
    ask(&mut execution, resuming(), at(5_010)).unwrap();
    assert_eq!(execution.times_out_at(), at(1_000 + 5_000));
    // A second pause adds to the first.
    ask(&mut execution, pausing(true), at(5_100)).unwrap();
    ask(&mut execution, resuming(), at(5_200)).unwrap();
    assert_eq!(execution.times_out_at(), at(1_000 + 5_000 + 100));

    let mut counted = suspended();
    ask(&mut counted, pausing(false), at(10)).unwrap();
    assert_eq!(counted.times_out_at(), at(1_000));
    counted.apply(fire_due(&counted, at(1_000)));
    assert_eq!(counted.status(), Status::TimedOut);
}

#[test]
fn no_pause_lets_an_execution_live_longer_than_366_days() {
    let mut execution = suspended();
    ask(&mut execution, pausing(true), at(10)).unwrap();
    ask(&mut execution, resuming(), at(366 * DAY - 1)).unwrap();
    assert_eq!(execution.times_out_at(), at(366 * DAY));
    ask(&mut execution, pausing(true), at(366 * DAY - 1)).unwrap();
    execution.apply(fire_due(&execution, at(366 * DAY)));
    assert_eq!(execution.status(), Status::TimedOut);
}

#[test]
fn what_cannot_be_paused_or_resumed_says_why() {
    let mut execution = suspended();
    let refused = ask(&mut execution, resuming(), at(1));
    assert_eq!(refused, Err(PauseRejection::NotPaused));
    ask(&mut execution, pausing(true), at(1)).unwrap();
    let refused = ask(&mut execution, pausing(true), at(2));
    assert_eq!(refused, Err(PauseRejection::Paused));
    execution.apply(stop(&execution, None, at(3)));
    assert_eq!(execution.status(), Status::Stopped);
    for wish in [pausing(true), resuming()] {
        let refused = ask(&mut execution, wish, at(4));
        assert_eq!(refused, Err(PauseRejection::Ended));
    }
}

#[test]
fn a_request_that_comes_again_with_its_token_changes_nothing_for_15_minutes() {
    let mut execution = suspended();
    let quarter = Duration::from_mins(15);
    let asked = |execution: &Execution, token: &str, wish: Wish, now: Timestamp| {
        pause_or_resume(execution, Some(token), wish, now)
    };
    execution.apply(asked(&execution, "one", pausing(true), at(1)).unwrap());
    assert!(
        asked(&execution, "one", pausing(true), at(2))
            .unwrap()
            .is_empty()
    );
    let otherwise = asked(&execution, "one", pausing(false), at(2));
    assert_eq!(otherwise.unwrap_err(), PauseRejection::Paused);
    execution.apply(asked(&execution, "one", resuming(), at(3)).unwrap());
    let late = at(1).plus(quarter);
    let again = asked(
        &execution,
        "one",
        pausing(true),
        Timestamp::from_millis(late.millis() - 1),
    );
    assert!(again.unwrap().is_empty(), "resumed meanwhile, it stays so");
    assert!(
        !asked(&execution, "one", pausing(true), late)
            .unwrap()
            .is_empty()
    );
}

#[test]
fn changes_of_pauses_read_back_from_the_log() {
    let execution = suspended();
    let change = pause_or_resume(&execution, Some("t"), pausing(true), at(1)).unwrap();
    let text = serde_json::to_string(&change).unwrap();
    assert_eq!(
        serde_json::from_str::<crate::execution::model::Change>(&text).unwrap(),
        change
    );
    // A change from before there were pauses.
    let old = serde_json::to_string(&begin_invocation(&execution)).unwrap();
    assert!(!old.contains("pausing"), "{old}");
}
