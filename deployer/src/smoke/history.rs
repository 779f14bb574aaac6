//! What is asked of the history of an execution.

use std::collections::BTreeSet;

use durable_history::{ErrorObject, EventDetail, HistoryEvent};

/// Returns an error as `Type: message`.
pub(super) fn described(error: Option<&ErrorObject>) -> String {
    error.map_or_else(|| "error".to_owned(), ErrorObject::in_words)
}

/// Returns the names of the steps and of the invocations of other functions that succeeded, in order. One
/// without a name is known by the operation around it.
pub(super) fn succeeded_steps(history: &[HistoryEvent]) -> Vec<&str> {
    let succeeded = history.iter().filter(|event| {
        matches!(
            event.detail,
            EventDetail::StepSucceeded { .. } | EventDetail::ChainedInvokeSucceeded { .. }
        )
    });
    succeeded
        .filter_map(|event| ancestry(history, event).next())
        .collect()
}

/// Returns whether an operation of this name is in the history.
pub(super) fn has_operation(history: &[HistoryEvent], name: &str) -> bool {
    history
        .iter()
        .any(|event| event.name.as_deref() == Some(name))
}

/// Returns whether an invocation of the function failed, as it does when its process dies.
pub(super) fn was_interrupted(history: &[HistoryEvent]) -> bool {
    history.iter().any(|event| {
        matches!(
            event.detail,
            EventDetail::InvocationCompleted { error: Some(_), .. }
        )
    })
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
pub(super) fn callback<'a>(
    history: &'a [HistoryEvent],
    to: &str,
    sought: Sought<'_>,
) -> Option<&'a str> {
    let mut started = history
        .iter()
        .rev()
        .filter_map(|event| match &event.detail {
            EventDetail::CallbackStarted { callback_id, .. } => Some((event, callback_id.as_str())),
            _ => None,
        });
    let found = started.find(|(event, id)| {
        let named = ancestry(history, event).any(|name| name == to);
        named
            && match sought {
                Sought::Any => true,
                Sought::Open(answered) => !answered.contains(*id) && !is_closed(history, event),
            }
    });
    found.map(|(_, id)| id)
}

fn is_closed(history: &[HistoryEvent], callback: &HistoryEvent) -> bool {
    history.iter().any(|event| {
        event.id == callback.id
            && matches!(
                event.detail,
                EventDetail::CallbackSucceeded { .. }
                    | EventDetail::CallbackFailed { .. }
                    | EventDetail::CallbackTimedOut { .. }
            )
    })
}

/// Returns the name of the event's operation and those of all operations around it, the nearest first.
fn ancestry<'a>(
    history: &'a [HistoryEvent],
    event: &'a HistoryEvent,
) -> impl Iterator<Item = &'a str> {
    let around = |inner: &&'a HistoryEvent| {
        let parent = inner.parent_id.as_deref()?;
        history
            .iter()
            .find(|event| event.id.as_deref() == Some(parent))
    };
    // A history that is its own ancestor must not keep us here for ever.
    std::iter::successors(Some(event), around)
        .take(history.len())
        .filter_map(|event| event.name.as_deref())
}

/// Returns the history for people: time since the start, type, operation, error.
pub(super) fn lines(history: &[HistoryEvent]) -> Vec<String> {
    let start = history.first().map(|event| event.event_timestamp);
    let line = |event: &HistoryEvent| {
        let operation = match (&event.name, ancestry(history, event).next()) {
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
    };
    history.iter().map(line).collect()
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
    use durable_history::{EventDetail, RetryDetails, Subject, Timestamp, whole};

    use super::{
        HistoryEvent, Sought, callback, has_operation, lines, succeeded_steps, was_interrupted,
    };

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
        let history = verification();
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
        let mut history = verification();
        let answered = BTreeSet::from(["callback-c1".to_owned()]);
        assert_eq!(callback(&history, "sms", Sought::Open(&answered)), None);
        assert_eq!(
            callback(&history, "verification", Sought::Open(&answered)),
            Some("callback-c2")
        );
        history.push(event("CallbackTimedOut", "c2", "w2", ""));
        assert_eq!(callback(&history, "email", Sought::Open(&answered)), None);
        assert_eq!(
            callback(&history, "email", Sought::Any),
            Some("callback-c2")
        );
    }

    #[test]
    fn a_circle_of_parents_comes_to_an_end() {
        let history = [
            event("CallbackStarted", "a", "b", ""),
            event("ContextStarted", "b", "a", ""),
        ];
        assert_eq!(callback(&history, "x", Sought::Any), None);
    }

    #[test]
    fn steps_count_when_they_succeeded() {
        let history = [
            event("StepStarted", "1", "", "a"),
            event("StepFailed", "1", "", "a"),
            event("StepSucceeded", "1", "", "a"),
            event("StepStarted", "2", "", "b"),
            event("ChainedInvokeFailed", "3", "", "d"),
            event("ChainedInvokeSucceeded", "4", "", "e"),
        ];
        assert_eq!(succeeded_steps(&history), ["a", "e"]);
        let mut asked = verification();
        asked.push(event("StepSucceeded", "s3", "w2", ""));
        asked.push(event("StepSucceeded", "s2", "w1", ""));
        assert_eq!(succeeded_steps(&asked), ["suspend", "ask-email", "ask-sms"]);
        assert!(has_operation(&history, "b"));
        assert!(!has_operation(&history, "c"));
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
        let history = [
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
        ];
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
