//! Every kind of expectation holds, and fails.

use std::collections::{BTreeMap, BTreeSet};

use durable_history::{ErrorObject, EventDetail, HistoryEvent, whole};
use serde_json::{Value, json};

use super::{SeenExecution, dead_letters, execution, failure_events, interruption, item, started};
use crate::smoke::history::tests::{event, told};
use crate::smoke::look::Look;
use crate::smoke::scenario::{ExpectedExecution, ExpectedItem, InOrder, Status};

fn expected() -> ExpectedExecution {
    ExpectedExecution {
        of: 0,
        status: Status::Succeeded,
        result: Some(json!({ "result": "authorized" })),
        error_type: None,
        steps: vec![step("check"), step("pay")],
        never: vec!["refuse".to_owned()],
    }
}

fn step(name: &str) -> InOrder {
    InOrder::Step(name.to_owned())
}

fn seen() -> SeenExecution {
    SeenExecution {
        status: "SUCCEEDED".to_owned(),
        ended: true,
        result: Some(r#"{"result":"authorized","more":1}"#.to_owned()),
        history: told(events()),
        ..SeenExecution::default()
    }
}

fn events() -> Vec<HistoryEvent> {
    vec![
        event("StepSucceeded", "1", "", "check"),
        event("StepFailed", "2", "", "pay"),
        event("StepSucceeded", "2", "", "pay"),
    ]
}

/// Returns why an execution does not hold whose events were changed so.
fn refused_events(change: impl FnOnce(&mut Vec<HistoryEvent>)) -> String {
    let mut events = events();
    change(&mut events);
    refused(|seen| seen.history = told(events))
}

/// Returns why an execution with this change does not hold.
fn refused(change: impl FnOnce(&mut SeenExecution)) -> String {
    let mut seen = seen();
    change(&mut seen);
    match execution("tx", &expected(), &seen) {
        Look::Never(reason) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_execution_that_does_as_expected_holds() {
    assert_eq!(execution("tx", &expected(), &seen()), Look::Found(()));
}

#[test]
fn an_execution_that_runs_is_waited_for() {
    let running = SeenExecution {
        status: "RUNNING".to_owned(),
        ended: false,
        ..seen()
    };
    let expected_text = "execution `tx`: is RUNNING, expected SUCCEEDED";
    assert_eq!(
        execution("tx", &expected(), &running),
        Look::NotYet(expected_text.to_owned())
    );
}

#[test]
fn a_wrong_end_says_why() {
    let reason = refused(|seen| {
        seen.status = "FAILED".to_owned();
        seen.error = Some("Oops: it broke".to_owned());
    });
    assert_eq!(
        reason,
        "execution `tx`: is FAILED (Oops: it broke), expected SUCCEEDED"
    );
}

#[test]
fn a_wrong_result_is_refused() {
    let with = |text: &str| {
        let text = text.to_owned();
        refused(move |seen| seen.result = Some(text))
    };
    let declined = with(r#"{"result":"declined"}"#);
    assert_eq!(
        declined,
        "execution `tx`: result: `result` is \"declined\", expected \"authorized\""
    );
    assert!(with("{").contains("is no JSON"));
    assert_eq!(
        refused(|seen| seen.result = None),
        "execution `tx`: has no result"
    );
}

#[test]
fn steps_must_succeed_once_and_in_order() {
    let too_few = refused_events(|events| events.truncate(2));
    assert!(too_few.contains("step `pay` did not succeed"));
    let twice = refused_events(|events| events.push(event("StepSucceeded", "3", "", "pay")));
    assert!(twice.contains("step `pay` succeeded 2 times"));
    // Began first, and succeeded last: what counts is when they succeeded.
    let late = refused_events(|events| {
        events.remove(0);
        events.insert(0, event("StepStarted", "1", "", "check"));
        events.push(event("StepSucceeded", "1", "", "check"));
    });
    assert!(late.contains("step `pay` succeeded too early"), "{late}");
}

#[test]
fn steps_of_parallel_branches_succeed_in_any_order_between_the_others() {
    let any = |names: &[&str]| InOrder::AnyOrder(names.iter().map(|&name| name.into()).collect());
    let expected = ExpectedExecution {
        steps: vec![step("check"), any(&["sms", "email"]), step("pay")],
        result: None,
        ..expected()
    };
    let judged = |order: &[&str]| {
        let succeeded = order
            .iter()
            .map(|name| event("StepSucceeded", name, "", name));
        let seen = SeenExecution {
            history: told(succeeded),
            ..seen()
        };
        match execution("tx", &expected, &seen) {
            Look::Found(()) => None,
            Look::Never(reason) => Some(reason),
            Look::NotYet(reason) => panic!("{reason}"),
        }
    };
    for order in [
        &["check", "sms", "email", "pay"][..],
        &["check", "email", "sms", "pay"],
        &["check", "email", "other", "sms", "pay"],
    ] {
        assert_eq!(judged(order), None, "{order:?}");
    }
    for (order, early) in [
        (["sms", "check", "email", "pay"], "sms"),
        (["email", "check", "sms", "pay"], "email"),
        (["check", "sms", "pay", "email"], "pay"),
        (["check", "pay", "sms", "email"], "pay"),
    ] {
        let reason = judged(&order).unwrap();
        let expected = format!("execution `tx`: step `{early}` succeeded too early");
        assert!(reason.starts_with(&expected), "{order:?}: {reason}");
    }
    let reason = judged(&["check", "sms", "pay"]).unwrap();
    assert!(reason.contains("step `email` did not succeed"), "{reason}");
}

#[test]
fn what_must_never_happen_is_looked_for_in_every_event() {
    let reason = refused_events(|events| events.push(event("StepStarted", "3", "", "refuse")));
    assert_eq!(
        reason,
        "execution `tx`: `refuse` is in the history, and must never be"
    );
}

#[test]
fn error_types_must_be_equal() {
    let expected = ExpectedExecution {
        status: Status::Failed,
        result: None,
        error_type: Some("Invalid".to_owned()),
        steps: Vec::new(),
        never: Vec::new(),
        ..expected()
    };
    let with = |error_type: Option<&str>| {
        let error_type = error_type.map(str::to_owned);
        execution(
            "tx",
            &expected,
            &SeenExecution {
                status: "FAILED".to_owned(),
                error_type,
                ..seen()
            },
        )
    };
    assert_eq!(with(Some("Invalid")), Look::Found(()));
    assert!(
        matches!(with(Some("Other")), Look::Never(reason) if reason.contains("`Other`, expected `Invalid`"))
    );
    assert!(matches!(with(None), Look::Never(reason) if reason.contains("has no error type")));
}

#[test]
fn a_kill_that_did_not_happen_shows_nothing() {
    assert!(interruption("tx", &seen()).is_some());
    let mut interrupted = seen();
    let mut completed = event("InvocationCompleted", "", "", "");
    if let EventDetail::InvocationCompleted { error, .. } = &mut completed.detail {
        let exit = ErrorObject::new("Runtime.ExitError", "exit status: 1");
        *error = Some(whole(Some(exit)));
    }
    interrupted.history = told(events().into_iter().chain([completed]));
    assert_eq!(interruption("tx", &interrupted), None);
}

fn expected_item() -> ExpectedItem {
    ExpectedItem {
        table: "transactions".to_owned(),
        key: BTreeMap::from([("id".to_owned(), json!("x"))]),
        item: Some(json!({ "charge_attempts": 1 })),
        without: vec!["reason".to_owned()],
        absent: false,
    }
}

#[test]
fn items_hold_what_they_must_and_nothing_forbidden() {
    let judged = |seen: Value| item(&expected_item(), Some(&seen));
    assert_eq!(judged(json!({ "charge_attempts": 1, "more": 2 })), None);
    let twice = judged(json!({ "charge_attempts": 2 })).unwrap();
    assert_eq!(
        twice,
        r#"table `transactions`, item {"id":"x"}: `charge_attempts` is 2, expected 1"#
    );
    assert!(
        judged(json!({ "charge_attempts": 1, "reason": null }))
            .unwrap()
            .contains("has `reason`")
    );
    assert!(
        item(&expected_item(), None)
            .unwrap()
            .contains("is not there")
    );
}

#[test]
fn absent_items_are_not_there() {
    let expected = ExpectedItem {
        item: None,
        without: Vec::new(),
        absent: true,
        ..expected_item()
    };
    assert_eq!(item(&expected, None), None);
    assert!(
        item(&expected, Some(&json!({ "id": "x" })))
            .unwrap()
            .contains("must not be")
    );
}

#[test]
fn dead_letters_are_exactly_those_expected() {
    assert_eq!(dead_letters(&[], &[]), Look::Found(()));
    assert_eq!(dead_letters(&[2, 1, 1], &[1, 2, 1]), Look::Found(()));
    assert!(
        matches!(dead_letters(&[1, 2], &[2]), Look::NotYet(reason) if reason.contains("message 1 is not"))
    );
    assert!(
        matches!(dead_letters(&[1], &[1, 1]), Look::Never(reason) if reason.contains("message 1 is in"))
    );
    assert!(matches!(dead_letters(&[], &[0]), Look::Never(_)));
}

#[test]
fn failure_events_are_exactly_those_of_failed_executions() {
    let seen = |names: &[&str]| {
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(failure_events(&["a"], &seen(&["a"])), Look::Found(()));
    assert!(matches!(
        failure_events(&["a"], &seen(&[])),
        Look::NotYet(_)
    ));
    assert!(matches!(
        failure_events(&["a"], &seen(&["a", "b"])),
        Look::Never(_)
    ));
}

#[test]
fn executions_are_started_once_and_only_where_expected() {
    assert_eq!(started(&["a", "b"], &["b", "a"]), None);
    assert!(
        started(&["a"], &["a", "a"])
            .unwrap()
            .contains("more than once")
    );
    assert!(
        started(&["a"], &["a", "c"])
            .unwrap()
            .contains("`c` was started")
    );
    assert!(started(&[], &["a"]).is_some());
}
