//! The history of an execution, reduced to what is asked of it.

use std::collections::BTreeSet;

use aws_sdk_lambda::types::{CallbackStartedDetails, ErrorObject, Event, EventError};

/// One event.
#[derive(Debug, Clone, Default)]
pub(super) struct HistoryEvent {
    /// The type, such as `StepSucceeded`.
    pub(super) kind: String,
    /// The operation.
    pub(super) id: Option<String>,
    /// The operation around it.
    pub(super) parent: Option<String>,
    /// The operation's name.
    pub(super) name: Option<String>,
    /// When it happened, in seconds since 1970.
    pub(super) at: f64,
    /// The callback that it opened.
    pub(super) callback_id: Option<String>,
    /// What went wrong.
    pub(super) error: Option<String>,
}

impl From<&Event> for HistoryEvent {
    fn from(event: &Event) -> Self {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Self {
            kind: event
                .event_type()
                .map(|kind| kind.as_str().to_owned())
                .unwrap_or_default(),
            id: owned(event.id()),
            parent: owned(event.parent_id()),
            name: owned(event.name()),
            at: event
                .event_timestamp()
                .map(aws_sdk_lambda::primitives::DateTime::as_secs_f64)
                .unwrap_or_default(),
            callback_id: owned(
                event
                    .callback_started_details()
                    .map(CallbackStartedDetails::callback_id),
            ),
            error: error_of(event).map(|error| described(error.payload())),
        }
    }
}

fn error_of(event: &Event) -> Option<&EventError> {
    // Each type of event has its details in a member of its own, and at most one is there.
    let execution = event
        .execution_failed_details()
        .and_then(|details| details.error())
        .or_else(|| event.execution_timed_out_details()?.error())
        .or_else(|| event.execution_stopped_details()?.error());
    execution
        .or_else(|| event.context_failed_details()?.error())
        .or_else(|| event.step_failed_details()?.error())
        .or_else(|| event.callback_failed_details()?.error())
        .or_else(|| event.callback_timed_out_details()?.error())
        .or_else(|| event.chained_invoke_failed_details()?.error())
        .or_else(|| event.chained_invoke_timed_out_details()?.error())
        .or_else(|| event.chained_invoke_stopped_details()?.error())
        .or_else(|| event.invocation_completed_details()?.error())
}

/// Returns an error as `Type: message`.
pub(super) fn described(error: Option<&ErrorObject>) -> String {
    let kind = error.and_then(ErrorObject::error_type);
    let message = error.and_then(ErrorObject::error_message);
    match (kind, message) {
        (Some(kind), Some(message)) => format!("{kind}: {message}"),
        (Some(text), None) | (None, Some(text)) => text.to_owned(),
        (None, None) => "error".to_owned(),
    }
}

/// Returns the names of the steps and of the invocations of other functions that succeeded, in order.
pub(super) fn succeeded_steps(history: &[HistoryEvent]) -> Vec<&str> {
    const SUCCESSES: [&str; 2] = ["StepSucceeded", "ChainedInvokeSucceeded"];
    let succeeded = history
        .iter()
        .filter(|event| SUCCESSES.contains(&event.kind.as_str()));
    succeeded
        .filter_map(|event| event.name.as_deref())
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
    history
        .iter()
        .any(|event| event.kind == "InvocationCompleted" && event.error.is_some())
}

/// Which callbacks count.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wanted<'a> {
    /// Those that wait for an answer, and were not given one of these.
    Open(&'a BTreeSet<String>),
    /// All, the closed ones too.
    Any,
}

/// Returns the last callback that is named `to`, or is inside of an operation of that name.
pub(super) fn callback<'a>(
    history: &'a [HistoryEvent],
    to: &str,
    wanted: Wanted<'_>,
) -> Option<&'a str> {
    let mut started = history
        .iter()
        .rev()
        .filter_map(|event| Some((event, event.callback_id.as_deref()?)));
    let found = started.find(|(event, id)| {
        let named = ancestry(history, event).any(|name| name == to);
        named
            && match wanted {
                Wanted::Any => true,
                Wanted::Open(answered) => !answered.contains(*id) && !is_closed(history, event),
            }
    });
    found.map(|(_, id)| id)
}

fn is_closed(history: &[HistoryEvent], callback: &HistoryEvent) -> bool {
    history.iter().any(|event| {
        event.id == callback.id
            && matches!(
                event.kind.as_str(),
                "CallbackSucceeded" | "CallbackFailed" | "CallbackTimedOut"
            )
    })
}

/// Returns the name of the event's operation and those of all operations around it, the nearest first.
fn ancestry<'a>(
    history: &'a [HistoryEvent],
    event: &'a HistoryEvent,
) -> impl Iterator<Item = &'a str> {
    let around = |inner: &&'a HistoryEvent| {
        let parent = inner.parent.as_deref()?;
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
    let start = history.first().map_or(0.0, |event| event.at);
    let line = |event: &HistoryEvent| {
        let operation = match (&event.name, ancestry(history, event).next()) {
            (Some(name), _) => name.clone(),
            (None, Some(around)) => format!("(in {around})"),
            (None, None) => String::new(),
        };
        let error = event.error.as_deref().map(first_line).unwrap_or_default();
        let line = format!(
            "{:>9.3}s  {:<22}  {operation:<26}  {error}",
            event.at - start,
            event.kind
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
        CallbackStartedDetails, ErrorObject, Event, EventError, EventType,
        InvocationCompletedDetails, StepFailedDetails,
    };

    use super::{
        HistoryEvent, Wanted, callback, has_operation, lines, succeeded_steps, was_interrupted,
    };

    /// Makes an event: type, id, parent, name.
    pub(crate) fn event(kind: &str, id: &str, parent: &str, name: &str) -> HistoryEvent {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        HistoryEvent {
            kind: kind.to_owned(),
            id: text(id),
            parent: text(parent),
            name: text(name),
            callback_id: (kind == "CallbackStarted").then(|| format!("callback-{id}")),
            ..HistoryEvent::default()
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
                callback(&history, to, Wanted::Open(&none)),
                expected,
                "{to}"
            );
        }
    }

    #[test]
    fn a_callback_that_was_answered_or_closed_is_open_no_more() {
        let mut history = verification();
        let answered = BTreeSet::from(["callback-c1".to_owned()]);
        assert_eq!(callback(&history, "sms", Wanted::Open(&answered)), None);
        assert_eq!(
            callback(&history, "verification", Wanted::Open(&answered)),
            Some("callback-c2")
        );
        history.push(event("CallbackTimedOut", "c2", "w2", ""));
        assert_eq!(callback(&history, "email", Wanted::Open(&answered)), None);
        assert_eq!(
            callback(&history, "email", Wanted::Any),
            Some("callback-c2")
        );
    }

    #[test]
    fn a_circle_of_parents_comes_to_an_end() {
        let history = [
            event("CallbackStarted", "a", "b", ""),
            event("ContextStarted", "b", "a", ""),
        ];
        assert_eq!(callback(&history, "x", Wanted::Any), None);
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
            Event::builder()
                .event_timestamp(aws_sdk_lambda::primitives::DateTime::from_secs_f64(seconds))
        };
        let made = |builder: EventBuilder| HistoryEvent::from(&builder.build());
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
        assert_eq!(callback(&history, "ask", Wanted::Any), Some("abc"));
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
