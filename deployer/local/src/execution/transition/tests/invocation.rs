//! Invocations, and the ends of executions.

use durable_history::{ErrorObject, ExecutionStatus as Status, Timestamp};
use serde_json::json;

use super::{at, checkpoint, events, running, update, with};
use crate::execution::model::{Execution, Outcome, Phase};
use crate::execution::transition::{
    Answer, Failure, Invocation, begin_invocation, complete_chained_invoke, end_invocation,
    fire_due, stop,
};

fn end(execution: &mut Execution, answer: Result<Answer, Failure>, now: Timestamp) {
    let invocation = Invocation {
        request_id: "request".into(),
        started_at: at(0),
        answer,
    };
    execution.apply(end_invocation(execution, invocation, now));
}

fn crashed() -> Failure {
    Failure::Function(ErrorObject::new("Runtime.ExitError", "gone"))
}

fn waiting() -> Execution {
    let mut execution = running();
    let wait = with(
        update("w", "WAIT", "START"),
        json!({"WaitOptions": {"WaitSeconds": 5}}),
    );
    checkpoint(&mut execution, json!([wait]), at(0));
    execution
}

#[test]
fn answers_are_read() {
    for (text, expected) in [
        (r#"{"Status":"PENDING"}"#, Answer::Pending),
        (
            r#"{"Status":"SUCCEEDED","Result":"1"}"#,
            Answer::Succeeded {
                result: Some("1".into()),
            },
        ),
        (
            r#"{"Status":"SUCCEEDED"}"#,
            Answer::Succeeded { result: None },
        ),
        (
            r#"{"Status":"FAILED","Error":{"ErrorType":"T","ErrorMessage":"m"}}"#,
            Answer::Failed {
                error: Some(ErrorObject::new("T", "m")),
            },
        ),
    ] {
        assert_eq!(serde_json::from_str::<Answer>(text).unwrap(), expected);
    }
    for wrong in ["null", "{}", r#"{"Status":"DONE"}"#] {
        assert!(serde_json::from_str::<Answer>(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_suspended_function_is_invoked_when_its_timer_fires() {
    let mut execution = waiting();
    end(&mut execution, Ok(Answer::Pending), at(1));
    assert_eq!(execution.phase, Phase::Suspended);
    execution.apply(fire_due(&execution, at(5)));
    assert_eq!(
        execution.phase,
        Phase::Due {
            failures: 0,
            at: at(5)
        }
    );
}

#[test]
fn a_timer_that_fires_while_the_function_runs_invokes_it_again_at_once() {
    let mut execution = waiting();
    execution.apply(fire_due(&execution, at(5)));
    end(&mut execution, Ok(Answer::Pending), at(6));
    assert_eq!(
        execution.phase,
        Phase::Due {
            failures: 0,
            at: at(6)
        }
    );
}

#[test]
fn failed_invocations_are_repeated_with_growing_pauses() {
    let mut execution = running();
    let mut pauses = Vec::new();
    for _ in 0..9 {
        end(&mut execution, Err(crashed()), at(1));
        let Phase::Due { at: due, .. } = execution.phase else {
            panic!("not due")
        };
        pauses.push(due.since(at(1)).as_millis());
        execution.apply(begin_invocation(&execution));
    }
    assert_eq!(
        pauses,
        [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]
    );
    let failed = serde_json::to_value(execution.events.last().unwrap()).unwrap();
    let error = &failed["InvocationCompletedDetails"]["Error"]["Payload"];
    assert_eq!(error["ErrorType"], "Runtime.ExitError");
    end(
        &mut execution,
        Ok(Answer::Succeeded {
            result: Some("1".into()),
        }),
        at(2),
    );
    assert_eq!(execution.status(), Status::Succeeded);
}

#[test]
fn a_host_that_is_not_reached_leaves_no_trace_in_the_history() {
    let mut execution = running();
    end(&mut execution, Err(Failure::Host), at(1));
    assert_eq!(events(&execution), ["ExecutionStarted"]);
    assert!(matches!(execution.phase, Phase::Due { failures: 1, .. }));
}

#[test]
fn waiting_for_nothing_is_a_failed_invocation() {
    let mut execution = running();
    end(&mut execution, Ok(Answer::Pending), at(1));
    assert!(matches!(execution.phase, Phase::Due { failures: 1, .. }));
}

#[test]
fn a_large_result_was_checkpointed_before() {
    let mut execution = running();
    let result = with(
        update("e", "EXECUTION", "SUCCEED"),
        json!({"Payload": "large"}),
    );
    checkpoint(&mut execution, json!([result]), at(1));
    assert_eq!(execution.status(), Status::Running);
    end(
        &mut execution,
        Ok(Answer::Succeeded {
            result: Some(String::new()),
        }),
        at(2),
    );
    let outcome = execution
        .closing
        .as_ref()
        .map(|closing| closing.outcome.clone());
    assert_eq!(outcome, Some(Outcome::Succeeded(Some("large".into()))));
}

#[test]
fn an_execution_ends_once() {
    let error = || ErrorObject::new("T", "m");
    let mut failed = running();
    end(
        &mut failed,
        Ok(Answer::Failed {
            error: Some(error()),
        }),
        at(1),
    );
    let mut stopped = running();
    stopped.apply(stop(&stopped, Some(error()), at(1)));
    let mut timed_out = waiting();
    timed_out.apply(fire_due(&timed_out, at(1_000)));
    for (mut execution, status, event) in [
        (failed, Status::Failed, "ExecutionFailed"),
        (stopped, Status::Stopped, "ExecutionStopped"),
        (timed_out, Status::TimedOut, "ExecutionTimedOut"),
    ] {
        assert_eq!(execution.status(), status);
        assert_eq!(events(&execution).last(), Some(&event));
        let before = execution.clone();
        end(
            &mut execution,
            Ok(Answer::Succeeded { result: None }),
            at(2),
        );
        execution.apply(stop(&execution, None, at(2)));
        execution.apply(fire_due(&execution, at(2_000)));
        assert_eq!(execution, before);
    }
}

#[test]
fn a_closed_execution_is_kept_for_its_retention() {
    let mut execution = running();
    assert_eq!(execution.expires_at(), None);
    execution.apply(stop(&execution, None, at(10)));
    assert_eq!(execution.expires_at(), Some(at(10 + 24 * 60 * 60)));
}

#[test]
fn a_chained_invoke_ends_as_its_target_did() {
    let error = || ErrorObject::new("T", "m");
    for (outcome, event) in [
        (
            Outcome::Succeeded(Some("1".into())),
            "ChainedInvokeSucceeded",
        ),
        (Outcome::Failed(error()), "ChainedInvokeFailed"),
        (Outcome::TimedOut(error()), "ChainedInvokeTimedOut"),
        (Outcome::Stopped(error()), "ChainedInvokeStopped"),
    ] {
        let mut execution = running();
        let options = json!({"ChainedInvokeOptions": {"FunctionName": "g"}, "Payload": "1"});
        let start = with(update("i", "CHAINED_INVOKE", "START"), options);
        checkpoint(&mut execution, json!([start]), at(1));
        end(&mut execution, Ok(Answer::Pending), at(2));
        let change = complete_chained_invoke(&execution, "i", outcome.clone(), at(3));
        execution.apply(change);
        assert_eq!(events(&execution).last(), Some(&event));
        assert_eq!(
            execution.phase,
            Phase::Due {
                failures: 0,
                at: at(3)
            }
        );
        assert!(complete_chained_invoke(&execution, "i", outcome, at(4)).is_empty());
    }
}
