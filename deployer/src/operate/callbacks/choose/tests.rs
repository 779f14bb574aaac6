//! Histories as the workflow of transactions makes them.

use durable_history::{
    ErrorObject, EventDetail, EventPayload, History, HistoryEvent, Subject, Timestamp, whole,
};

use super::choose;
use crate::operate::executions::Listed;

const AT: Timestamp = Timestamp::from_millis(1_000);

fn listed() -> Listed {
    Listed {
        workflow: "fraud".into(),
        name: "tx-1".into(),
        status: "RUNNING".into(),
        version: "1".into(),
        started_at: AT,
        ended_at: None,
        arn: "arn".into(),
    }
}

fn event(id: &str, parent: Option<&str>, name: Option<&str>, detail: EventDetail) -> HistoryEvent {
    let subject = Subject {
        id,
        parent_id: parent,
        name,
        sub_type: None,
    };
    HistoryEvent::of_operation(AT, subject, detail)
}

fn asked(id: &str) -> EventDetail {
    EventDetail::CallbackStarted {
        callback_id: format!("callback-{id}"),
        timeout: Some(60),
        heartbeat_timeout: Some(10),
    }
}

/// Two branches, each with an unnamed callback inside of a named operation.
fn verification() -> Vec<HistoryEvent> {
    let context = || EventDetail::ContextStarted {};
    vec![
        event("p", None, Some("verification"), context()),
        event("w1", Some("p"), Some("ask-sms"), context()),
        event("w2", Some("p"), Some("ask-email"), context()),
        event("c1", Some("w1"), None, asked("c1")),
        event("c2", Some("w2"), None, asked("c2")),
    ]
}

fn refusal(events: Vec<HistoryEvent>, operation: Option<&str>) -> String {
    let history = History::of(events);
    let error = choose(&listed(), &history, operation).unwrap_err();
    assert_eq!(error.kind().exit_code(), 4);
    error.details().join("\n") + "\n" + &error.frames()
}

#[test]
fn a_callback_is_meant_by_its_name_or_one_around_it() {
    let history = History::of(verification());
    let found = choose(&listed(), &history, Some("ask-email")).unwrap();
    assert_eq!(found.callback_id, "callback-c2");
    assert_eq!(found.operation.as_deref(), Some("ask-email"));
    assert_eq!(found.until, Some(Timestamp::from_millis(61_000)));
    assert_eq!(found.heartbeat_timeout, Some(10));
}

#[test]
fn two_that_match_are_listed_and_none_is_taken() {
    for operation in [None, Some("verification")] {
        let refused = refusal(verification(), operation);
        assert!(
            refused.contains("2 callbacks of `tx-1` are open"),
            "{refused}"
        );
        assert!(
            refused.contains("verification > ask-sms\nverification > ask-email"),
            "{refused}"
        );
    }
}

#[test]
fn where_none_matches_it_is_said_what_is_open() {
    let refused = refusal(verification(), Some("ask-fax"));
    assert!(refused.contains("no open callback `ask-fax`"), "{refused}");
    assert!(
        refused.contains("open is: verification > ask-sms, verification > ask-email"),
        "{refused}"
    );
}

#[test]
fn one_that_is_closed_says_how() {
    let error = EventPayload {
        payload: Some(ErrorObject::new("Refused", "it's not \u{1b}[31mme")),
        truncated: false,
    };
    let ends = [
        (
            EventDetail::CallbackSucceeded {
                result: whole(None),
            },
            "was answered at 1970-01-01T00:00:01Z",
        ),
        (
            EventDetail::CallbackTimedOut { error: whole(None) },
            "timed out at",
        ),
        (
            EventDetail::CallbackFailed { error },
            "with an error: Refused: it's not \\u{1b}[31mme",
        ),
    ];
    for (end, told) in ends {
        let mut events = verification();
        events.push(event("c1", Some("w1"), None, end));
        let refused = refusal(events, Some("ask-sms"));
        assert!(refused.contains(told), "{refused}");
        assert!(
            refused.contains("open is: verification > ask-email"),
            "{refused}"
        );
    }
}

#[test]
fn an_execution_that_ended_waits_for_nothing() {
    let mut events = verification();
    let end = EventDetail::ExecutionStopped { error: whole(None) };
    events.push(HistoryEvent::of_execution(AT, end));
    let refused = refusal(events, Some("ask-sms"));
    assert!(
        refused.contains("waits for no answer any more"),
        "{refused}"
    );
}
