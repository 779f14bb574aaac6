//! What is asked of the history of an execution.

use std::collections::BTreeSet;

use durable_history::{ErrorObject, History, LARGEST_SURE_RESULT, OperationType};

/// Returns an error as `Type: message`.
pub(super) fn described(error: Option<&ErrorObject>) -> String {
    error.map_or_else(|| "error".to_owned(), ErrorObject::in_words)
}

/// Returns the names of the steps and of the invocations of other functions that succeeded, in the order in
/// which they did. One without a name is known by the operation around it.
pub(super) fn succeeded_steps(history: &History) -> Vec<&str> {
    let steps = history.succeeded().into_iter().filter(|operation| {
        matches!(
            operation.kind,
            OperationType::Step | OperationType::ChainedInvoke
        )
    });
    steps
        .filter_map(|operation| history.name_of(operation))
        .collect()
}

/// Returns what is to be said of results that AWS may not take.
pub(super) fn large_results(history: &History) -> Vec<String> {
    let large = history.large_results().into_iter();
    let large = large.map(|(operation, bytes)| {
        let name = history.name_of(operation).unwrap_or(&operation.id);
        format!(
            "`{name}` has a result of {bytes} bytes; AWS may take {LARGEST_SURE_RESULT} only, so keep it elsewhere and return where"
        )
    });
    large.collect()
}

/// Returns whether an operation of this name is in the history, of a kind that is known or not.
pub(super) fn has_operation(history: &History, name: &str) -> bool {
    let known = history.operations.iter().map(|operation| &operation.name);
    let unknown = history.unknown_events().map(|event| &event.name);
    known
        .chain(unknown)
        .any(|named| named.as_deref() == Some(name))
}

/// Returns whether an invocation of the function failed, as it does when its process dies.
pub(super) fn was_interrupted(history: &History) -> bool {
    history
        .invocations()
        .any(|invocation| invocation.detail.error().is_some())
}

/// Which callbacks count.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sought<'a> {
    /// Those that wait for an answer, and were not given one of these.
    Open(&'a BTreeSet<String>),
    /// All, the closed ones too.
    Any,
}

/// Returns the last callback that is named `to`, or is inside of an operation of that name.
pub(super) fn callback<'a>(history: &'a History, to: &str, sought: Sought<'_>) -> Option<&'a str> {
    let opened = history.operations.iter().rev();
    let mut opened =
        opened.filter_map(|operation| Some((operation, operation.callback.as_ref()?.id.as_str())));
    let found = opened.find(|(operation, id)| {
        let named = history
            .ancestry(operation)
            .any(|around| around.name.as_deref() == Some(to));
        named
            && match sought {
                Sought::Any => true,
                Sought::Open(answered) => !answered.contains(*id) && !operation.is_over(),
            }
    });
    found.map(|(_, id)| id)
}

/// Returns the history for people: time since the start, type, operation, error.
pub(super) fn lines(history: &History) -> Vec<String> {
    let events = history.clone().into_events();
    let start = events.first().map(|event| event.event_timestamp);
    let lines = events.iter().map(|event| {
        let around = || history.name_of(history.operation(event.id.as_deref()?)?);
        let operation = match (&event.name, around()) {
            (Some(name), _) => name.clone(),
            (None, Some(around)) => format!("(in {around})"),
            (None, None) => String::new(),
        };
        let error = event.detail.error();
        let error = error.map(|error| described(error.payload.as_ref()));
        let error = error.as_deref().map(first_line).unwrap_or_default();
        let since = event.event_timestamp.since(start.unwrap_or_default());
        let line = format!(
            "{:>9.3}s  {:<22}  {operation:<26}  {error}",
            since.as_secs_f64(),
            event.event_type
        );
        line.trim_end().to_owned()
    });
    lines.collect()
}

fn first_line(text: &str) -> String {
    text.lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(200)
        .collect()
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeSet;

    use aws_sdk_lambda::types::builders::EventBuilder;
    use aws_sdk_lambda::types::{
        CallbackStartedDetails, ErrorObject, Event as SdkEvent, EventError, EventType,
        InvocationCompletedDetails, StepFailedDetails,
    };
    use durable_history::{
        EventDetail, History, HistoryEvent, RetryDetails, Subject, Timestamp, whole,
    };

    use super::{
        Sought, callback, has_operation, large_results, lines, succeeded_steps, was_interrupted,
    };

    /// Returns what events come to that happened in this order.
    pub(crate) fn told(events: impl IntoIterator<Item = HistoryEvent>) -> History {
        let numbered = (1..).zip(events);
        History::of(numbered.map(|(event_id, event)| HistoryEvent { event_id, ..event }))
    }

    /// Makes an event: type, id, parent, name.
    pub(crate) fn event(kind: &str, id: &str, parent: &str, name: &str) -> HistoryEvent {
        fn some(text: &str) -> Option<&str> {
            (!text.is_empty()).then_some(text)
        }
        let at = Timestamp::default();
        let detail = detail(kind, id);
        match some(id) {
            Some(id) => {
                let subject = Subject {
                    id,
                    parent_id: some(parent),
                    name: some(name),
                    sub_type: None,
                };
                HistoryEvent::of_operation(at, subject, detail)
            }
            None => HistoryEvent::of_execution(at, detail),
        }
    }

    fn detail(kind: &str, id: &str) -> EventDetail {
        let retry_details = RetryDetails {
            current_attempt: 1,
            next_attempt_delay_seconds: None,
        };
        match kind {
            "ExecutionStarted" => EventDetail::ExecutionStarted {
                input: whole(None),
                execution_timeout: 60,
            },
            "ContextStarted" => EventDetail::ContextStarted {},
            "StepStarted" => EventDetail::StepStarted {},
            "StepSucceeded" => EventDetail::StepSucceeded {
                result: whole(None),
                retry_details,
            },
            "StepFailed" => EventDetail::StepFailed {
                error: whole(None),
                retry_details,
            },
            "CallbackStarted" => EventDetail::CallbackStarted {
                callback_id: format!("callback-{id}"),
                timeout: None,
                heartbeat_timeout: None,
            },
            "CallbackTimedOut" => EventDetail::CallbackTimedOut { error: whole(None) },
            "ChainedInvokeFailed" => EventDetail::ChainedInvokeFailed { error: whole(None) },
            "ChainedInvokeSucceeded" => EventDetail::ChainedInvokeSucceeded {
                result: whole(None),
            },
            "InvocationCompleted" => EventDetail::InvocationCompleted {
                start_timestamp: Timestamp::default(),
                end_timestamp: Timestamp::default(),
                request_id: "r".to_owned(),
                error: None,
            },
            other => panic!("{other} is made up by no test"),
        }
    }

    /// Returns two branches that each wait for an unnamed callback inside of a named operation.
    fn verification() -> Vec<HistoryEvent> {
        vec![
            event("ExecutionStarted", "", "", ""),
            event("StepSucceeded", "s1", "", "suspend"),
            event("ContextStarted", "p", "", "verification"),
            event("ContextStarted", "b1", "p", "sms"),
            event("ContextStarted", "b2", "p", "email"),
            event("ContextStarted", "w1", "b1", "ask-sms"),
            event("ContextStarted", "w2", "b2", "ask-email"),
            event("CallbackStarted", "c1", "w1", ""),
            event("CallbackStarted", "c2", "w2", ""),
        ]
    }

    #[test]
    fn a_callback_is_found_by_any_operation_around_it() {
        let history = told(verification());
        let none = BTreeSet::new();
        for (to, expected) in [
            ("sms", Some("callback-c1")),
            ("ask-sms", Some("callback-c1")),
            ("email", Some("callback-c2")),
            ("verification", Some("callback-c2")),
            ("suspend", None),
            ("other", None),
        ] {
            assert_eq!(
                callback(&history, to, Sought::Open(&none)),
                expected,
                "{to}"
            );
        }
    }

    #[test]
    fn a_callback_that_was_answered_or_closed_is_open_no_more() {
        let mut events = verification();
        let history = told(events.clone());
        let answered = BTreeSet::from(["callback-c1".to_owned()]);
        assert_eq!(callback(&history, "sms", Sought::Open(&answered)), None);
        assert_eq!(
            callback(&history, "verification", Sought::Open(&answered)),
            Some("callback-c2")
        );
        events.push(event("CallbackTimedOut", "c2", "w2", ""));
        let history = told(events);
        assert_eq!(callback(&history, "email", Sought::Open(&answered)), None);
        assert_eq!(
            callback(&history, "email", Sought::Any),
            Some("callback-c2")
        );
    }

    #[test]
    fn a_circle_of_parents_comes_to_an_end() {
        let history = told([
            event("CallbackStarted", "a", "b", ""),
            event("ContextStarted", "b", "a", ""),
        ]);
        assert_eq!(callback(&history, "x", Sought::Any), None);
    }

    #[test]
    fn steps_count_when_they_succeeded() {
        let history = told([
            event("StepStarted", "1", "", "a"),
            event("StepFailed", "1", "", "a"),
            event("StepSucceeded", "1", "", "a"),
            event("StepStarted", "2", "", "b"),
            event("ChainedInvokeFailed", "3", "", "d"),
            event("ChainedInvokeSucceeded", "4", "", "e"),
        ]);
        assert_eq!(succeeded_steps(&history), ["a", "e"]);
        let mut asked = verification();
        asked.push(event("StepSucceeded", "s3", "w2", ""));
        asked.push(event("StepSucceeded", "s2", "w1", ""));
        assert_eq!(
            succeeded_steps(&told(asked)),
            ["suspend", "ask-email", "ask-sms"]
        );
        assert!(has_operation(&history, "b"));
        assert!(!has_operation(&history, "c"));
    }

    #[test]
    fn a_large_result_is_told_with_its_step() {
        let step = |bytes: usize| HistoryEvent {
            detail: EventDetail::StepSucceeded {
                result: whole(Some("x".repeat(bytes))),
                retry_details: RetryDetails::default(),
            },
            ..event("StepSucceeded", "1", "", "score")
        };
        let started = || event("StepStarted", "1", "", "score");
        assert!(large_results(&told([started(), step(262_144)])).is_empty());
        assert_eq!(
            large_results(&told([started(), step(262_145)])),
            [
                "`score` has a result of 262145 bytes; AWS may take 262144 only, so keep it elsewhere and return where"
            ]
        );
    }

    #[test]
    fn events_of_the_service_are_read() {
        let error = EventError::builder()
            .payload(
                ErrorObject::builder()
                    .error_type("Oops")
                    .error_message("it broke\nat line 1")
                    .build(),
            )
            .build();
        let completed = InvocationCompletedDetails::builder()
            .request_id("r")
            .start_timestamp(aws_sdk_lambda::primitives::DateTime::from_secs(1))
            .end_timestamp(aws_sdk_lambda::primitives::DateTime::from_secs(2))
            .error(error.clone())
            .build()
            .unwrap();
        let at = |seconds| {
            SdkEvent::builder()
                .event_timestamp(aws_sdk_lambda::primitives::DateTime::from_secs_f64(seconds))
        };
        let made = |builder: EventBuilder| crate::aws::event(&builder.build());
        let started = CallbackStartedDetails::builder()
            .callback_id("abc")
            .build()
            .unwrap();
        let history = told([
            made(at(100.0).event_type(EventType::ExecutionStarted)),
            made(
                at(100.5)
                    .event_type(EventType::ContextStarted)
                    .id("w")
                    .name("ask"),
            ),
            made(
                at(101.0)
                    .event_type(EventType::CallbackStarted)
                    .id("c")
                    .parent_id("w")
                    .callback_started_details(started),
            ),
            made(
                at(101.25)
                    .event_type(EventType::StepFailed)
                    .name("pay")
                    .step_failed_details(StepFailedDetails::builder().error(error).build()),
            ),
            made(
                at(102.0)
                    .event_type(EventType::InvocationCompleted)
                    .invocation_completed_details(completed),
            ),
        ]);
        assert_eq!(callback(&history, "ask", Sought::Any), Some("abc"));
        assert!(was_interrupted(&history));
        assert_eq!(
            lines(&history),
            [
                "    0.000s  ExecutionStarted",
                "    0.500s  ContextStarted          ask",
                "    1.000s  CallbackStarted         (in ask)",
                "    1.250s  StepFailed              pay                         Oops: it broke",
                "    2.000s  InvocationCompleted                                 Oops: it broke",
            ]
        );
    }
}
