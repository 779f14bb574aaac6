//! Histories that a seeded generator makes up, told by the service's rules: whatever they are, their
//! events come to what was made up, and come back as they were.

mod fiction;

use self::fiction::{Fiction, Truth};
use crate::{
    Activity, Description, ErrorObject, EventDetail, ExecutionStatus, History, HistoryEvent,
    OperationStatus, Record, RetryDetails, Subject, Timestamp, whole,
};

fn text(value: &str) -> crate::EventText {
    whole(Some(value.to_owned()))
}

fn error(kind: &str) -> crate::EventError {
    whole(Some(ErrorObject::new(kind, "made up")))
}

#[test]
fn events_come_to_operations_and_back_whatever_happened() {
    let mut seen = std::collections::BTreeSet::new();
    for seed in 1..500 {
        let fiction = Fiction::make_up(seed);
        let told = serde_json::to_string(&fiction.events).unwrap();
        let read: Vec<HistoryEvent> = serde_json::from_str(&told).unwrap();
        assert_eq!(read, fiction.events, "seed {seed}");
        let history = History::of(read);
        for operation in &history.operations {
            let truth = Truth {
                kind: operation.kind,
                parent: operation.parent_id.clone(),
                status: operation.status,
                attempts: operation.attempts.len(),
            };
            assert_eq!(truth, fiction.truths[&operation.id], "seed {seed}");
            assert_eq!(
                operation.is_over(),
                operation.ended_at.is_some(),
                "seed {seed}"
            );
            seen.insert(format!("{:?} {:?}", operation.kind, operation.status));
        }
        assert_eq!(
            history.operations.len(),
            fiction.truths.len(),
            "seed {seed}"
        );
        let rows = history.timeline();
        assert_eq!(rows.len(), history.operations.len(), "seed {seed}");
        for row in &rows {
            let around = history.ancestry(row.operation).count() - 1;
            assert_eq!(row.depth, around, "seed {seed}");
        }
        assert_eq!(history.into_events(), fiction.events, "seed {seed}");
    }
    // Every end of every kind was made up at least once.
    assert_eq!(seen.len(), 19, "{seen:?}");
}

#[test]
fn an_execution_ends_as_its_last_event_says() {
    let started = EventDetail::ExecutionStarted {
        input: text("{}"),
        execution_timeout: 60,
    };
    let at = Timestamp::from_millis(1_000);
    for (detail, status) in [
        (
            EventDetail::ExecutionSucceeded { result: text("1") },
            ExecutionStatus::Succeeded,
        ),
        (
            EventDetail::ExecutionStopped {
                error: error("Stop"),
            },
            ExecutionStatus::Stopped,
        ),
    ] {
        let start = HistoryEvent::of_execution(at, started.clone());
        let history = History::of([start.clone()]);
        assert_eq!(history.execution.ended, None);
        assert_eq!(history.execution.input.as_deref(), Some("{}"));
        let end = HistoryEvent::of_execution(at.plus_seconds(3), detail);
        let history = History::of([start, end]);
        assert_eq!(history.execution.ended, Some(status));
        assert_eq!(history.execution.ended_at, Some(at.plus_seconds(3)));
    }
}

#[test]
fn a_step_that_is_tried_again_is_active_then_waits_then_is_active() {
    let subject = Subject {
        id: "1",
        parent_id: None,
        name: Some("pay"),
        sub_type: None,
    };
    let at = Timestamp::from_millis(0);
    let failed = EventDetail::StepFailed {
        error: error("Busy"),
        retry_details: RetryDetails {
            current_attempt: 1,
            next_attempt_delay_seconds: Some(5),
        },
    };
    let started = || EventDetail::StepStarted {};
    let events = [
        HistoryEvent::of_operation(at, subject, started()),
        HistoryEvent::of_operation(at.plus_seconds(1), subject, failed),
    ];
    let history = History::of(events.clone());
    let step = history.operation("1").unwrap();
    assert_eq!(step.status, OperationStatus::Pending);
    assert_eq!(step.waits_until, Some(at.plus_seconds(6)));
    assert_eq!(step.error.as_ref().unwrap().in_words(), "Busy: made up");
    let again = HistoryEvent::of_operation(at.plus_seconds(6), subject, started());
    let history = History::of(events.into_iter().chain([again]));
    let rows = history.timeline();
    let bars: Vec<_> = rows[0]
        .bars
        .iter()
        .map(|bar| {
            (
                bar.activity,
                bar.from.millis(),
                bar.to.map(Timestamp::millis),
            )
        })
        .collect();
    assert_eq!(
        bars,
        [
            (Activity::Active, 0, Some(1_000)),
            (Activity::Waiting, 1_000, Some(6_000)),
            (Activity::Active, 6_000, None),
        ]
    );
}

#[test]
fn a_timeline_has_every_operation_and_ends_with_the_execution() {
    let at = Timestamp::from_millis(0);
    let context = |id: &str, around: &str| {
        let subject = Subject {
            id,
            parent_id: Some(around),
            name: None,
            sub_type: None,
        };
        HistoryEvent::of_operation(at, subject, EventDetail::ContextStarted {})
    };
    let stopped = EventDetail::ExecutionStopped {
        error: error("Stop"),
    };
    let end = HistoryEvent::of_execution(at.plus_seconds(2), stopped);
    let history = History::of([context("a", "b"), context("b", "a"), context("c", "a"), end]);
    let rows = history.timeline();
    assert_eq!(rows.len(), 3);
    for row in rows {
        assert_eq!(row.bars[0].to, Some(at.plus_seconds(2)));
    }
}

#[test]
fn a_record_is_read_back_from_its_file_and_written_again_as_it_was() {
    for seed in 1..50 {
        let record = Record {
            execution: Description {
                durable_execution_name: "dev-tx-1".to_owned(),
                status: "RUNNING".to_owned(),
                ..Description::default()
            },
            events: Fiction::make_up(seed).events,
        };
        let told = record.to_json().unwrap();
        let read = Record::read(&told).unwrap();
        assert_eq!(read, record, "seed {seed}");
        assert_eq!(read.to_json().unwrap(), told, "seed {seed}");
    }
}

#[test]
fn what_an_execution_waits_for_is_open_and_is_nobody_elses_frame() {
    for seed in 1..500 {
        let history = History::of(Fiction::make_up(seed).events);
        let waiting = history.waiting();
        if history.execution.ended.is_some() {
            assert!(waiting.is_empty(), "seed {seed}");
        }
        for operation in waiting {
            assert!(!operation.is_over(), "seed {seed}");
            assert_ne!(operation.kind, crate::OperationType::Context, "seed {seed}");
        }
    }
}

#[test]
fn three_thousand_operations_inside_of_each_other_are_one_walk() {
    let start = |number: u32| {
        let (id, parent) = (number.to_string(), (number / 2).to_string());
        let subject = Subject {
            id: &id,
            parent_id: (number > 1).then_some(parent.as_str()),
            name: None,
            sub_type: None,
        };
        HistoryEvent::of_operation(
            Timestamp::default(),
            subject,
            EventDetail::ContextStarted {},
        )
    };
    let history = History::of((1..=3_000).map(start));
    let tree = history.tree();
    assert_eq!(tree.len(), 3_000);
    assert_eq!(tree.iter().map(|branch| branch.depth).max(), Some(11));
    assert_eq!(history.operations_used(), 3_000);
}

#[test]
fn what_succeeded_is_told_in_the_order_in_which_it_did() {
    let steps = ["b", "a", "c"];
    let at = Timestamp::from_millis(0);
    let subject = |id| Subject {
        id,
        parent_id: None,
        name: None,
        sub_type: None,
    };
    let started = ["a", "b", "c"].map(|id| (id, EventDetail::StepStarted {}));
    let succeeded = steps.map(|id| {
        let retry_details = RetryDetails::default();
        let result = text("1");
        let detail = EventDetail::StepSucceeded {
            result,
            retry_details,
        };
        (id, detail)
    });
    // All at once: only the places in the history tell.
    let events = started.into_iter().chain(succeeded).zip(1..);
    let events = events.map(|((id, detail), event_id)| HistoryEvent {
        event_id,
        ..HistoryEvent::of_operation(at, subject(id), detail)
    });
    let history = History::of(events);
    let ids: Vec<&str> = history
        .succeeded()
        .iter()
        .map(|operation| operation.id.as_str())
        .collect();
    assert_eq!(ids, steps);
}

#[test]
fn a_result_that_not_every_source_allows_is_large() {
    let subject = |id| Subject {
        id,
        parent_id: None,
        name: None,
        sub_type: None,
    };
    let step = |result| EventDetail::StepSucceeded {
        result,
        retry_details: RetryDetails::default(),
    };
    let (fits, large) = ("x".repeat(256 * 1024), "x".repeat(256 * 1024 + 1));
    let context = EventDetail::ContextSucceeded {
        result: text(&large),
    };
    let details = [
        ("fits", EventDetail::StepStarted {}),
        ("fits", step(text(&fits))),
        ("large", EventDetail::StepStarted {}),
        ("large", step(text(&large))),
        ("context", EventDetail::ContextStarted {}),
        ("context", context),
    ];
    let events = details.into_iter().zip(1..);
    let history = History::of(events.map(|((id, detail), event_id)| HistoryEvent {
        event_id,
        ..HistoryEvent::of_operation(Timestamp::default(), subject(id), detail)
    }));
    let found = history.large_results().into_iter();
    let found: Vec<_> = found
        .map(|(operation, bytes)| (operation.id.as_str(), bytes))
        .collect();
    assert_eq!(found, [("large", 256 * 1024 + 1)]);
}
