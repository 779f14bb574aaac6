//! What a run tells, takes away and leaves.

use super::world::World;
use crate::event::Stop;
use crate::smoke::SmokeReport;

fn good() -> World {
    World {
        version: 8,
        ..World::default()
    }
}

/// Returns why the one scenario failed.
fn reason(report: &SmokeReport) -> &str {
    assert_eq!(
        (report.failed, report.scenarios.len()),
        (1, 1),
        "{report:?}"
    );
    report.scenarios[0].reason.as_deref().unwrap()
}

#[tokio::test]
async fn every_repetition_has_an_execution_of_its_own() {
    let (report, world) = good().run(3, false).await;
    let report = report.unwrap();
    assert_eq!(report.passed, 3, "{report:?}");
    let names: Vec<&str> = report
        .scenarios
        .iter()
        .map(|scenario| scenario.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "one order (1 of 3)",
            "one order (2 of 3)",
            "one order (3 of 3)"
        ]
    );
    assert_eq!(world.executions.len(), 3);
    assert_eq!(world.count("DeleteItem"), 3, "a record each");
    assert!(report.removed.is_none());
}

#[tokio::test]
async fn what_ran_must_be_what_was_deployed() {
    let (report, _) = World {
        version: 7,
        ..good()
    }
    .run(1, false)
    .await;
    let report = report.unwrap();
    let told = "ran on version 7, and `live` pointed to version 8 when the run began";
    assert!(reason(&report).ends_with(told), "{report:?}");
}

#[tokio::test]
async fn a_message_that_is_given_up_after_its_scenario_has_passed_fails_it() {
    let world = World {
        gives_up_later: true,
        ..good()
    };
    let (report, world) = world.run(1, false).await;
    assert_eq!(
        reason(&report.unwrap()),
        "after it had passed: message 0 is in the dead-letter queue, and must not be"
    );
    assert!(world.queues["dead"].is_empty(), "what is ours is taken out");
}

#[tokio::test]
async fn a_failure_that_does_not_reach_its_queue_fails_the_scenario_running_or_not() {
    for waits in [true, false] {
        let world = World {
            waits,
            delivers_nothing: true,
            ..good()
        };
        let (report, _) = world.run(1, false).await;
        let report = report.unwrap();
        let reason = reason(&report);
        assert!(
            reason.contains("did not reach the failure queue"),
            "{reason}"
        );
    }
}

#[tokio::test]
async fn a_run_that_is_stopped_stops_its_executions_and_takes_away_what_they_made() {
    let world = World {
        waits: true,
        stop: Some(Stop::default()),
        ..good()
    };
    let (report, world) = world.run(5, false).await;
    let report = report.unwrap();
    assert_eq!(
        (report.stopped, report.scenarios.len()),
        (1, 1),
        "no further round begins"
    );
    assert_eq!(world.executions.values().collect::<Vec<_>>(), [&"STOPPED"]);
    let removed = report.removed.unwrap();
    assert_eq!(
        (removed.executions, removed.messages),
        (1, 1),
        "{removed:?}"
    );
    assert!(world.queues["failures"].is_empty());
    assert!(
        world.count("DeleteItem") >= 2,
        "a late write is deleted too"
    );
}

#[tokio::test]
async fn a_run_that_is_stopped_before_it_began_sends_nothing() {
    let stop = Stop::default();
    stop.request();
    let (report, world) = World {
        stop: Some(stop),
        ..good()
    }
    .run(1, false)
    .await;
    assert_eq!(report.unwrap().stopped, 1);
    assert_eq!(world.count("SendMessageBatch"), 0);
}

#[tokio::test]
async fn what_is_kept_is_told_and_stays() {
    for stop in [None, Some(Stop::default())] {
        let stopped = stop.is_some();
        let world = World {
            waits: stopped,
            stop,
            gives_up_later: !stopped,
            ..good()
        };
        let (report, world) = world.run(1, true).await;
        let report = report.unwrap();
        assert_eq!(report.stopped, usize::from(stopped));
        for operation in ["DeleteItem", "DeleteMessage", "stop"] {
            assert_eq!(world.count(operation), 0, "{operation}");
        }
        let [left] = report.left.as_slice() else {
            panic!("{report:?}");
        };
        let names: Vec<&String> = world.executions.keys().collect();
        assert_eq!(left.executions.iter().collect::<Vec<_>>(), names);
        assert!(names[0].starts_with(&left.name_prefixes[0]), "{left:?}");
        assert_eq!(left.items[0].table, "records");
        let roles: Vec<&str> = left
            .queues
            .iter()
            .map(|queue| queue.role.as_str())
            .collect();
        let dead = if stopped { &[][..] } else { &["dead letters"] };
        assert_eq!(roles, dead);
    }
}
