//! Interruptions: whatever is lost, the order ends right, and nothing happens twice.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::service::{Losses, run};
use crate::world::{World, message};

fn orders() -> [(Value, &'static str); 4] {
    [
        (message(&[("widget", 2), ("gadget", 1)]), "completed"),
        (
            message(&[("boulder", 2), ("gadget", 1)]),
            "fulfillment_failed",
        ),
        (message(&[("widget", 11)]), "inventory_unavailable"),
        (message(&[("nothing", 1)]), "rejected"),
    ]
}

/// Whether this checkpoint loses its request or its answer.
fn losing(number: usize, answer: bool) -> Losses {
    let lost = BTreeSet::from([number]);
    if answer {
        Losses {
            answers: lost,
            ..Losses::default()
        }
    } else {
        Losses {
            requests: lost,
            ..Losses::default()
        }
    }
}

#[tokio::test]
async fn whichever_checkpoint_is_lost_the_order_ends_right_and_nothing_happens_twice() {
    for (message, expected) in orders() {
        let checkpoints = World::new().run(&message).await.checkpoints;
        assert!(checkpoints >= 4);
        for number in 0..checkpoints {
            for answer in [false, true] {
                let world = World::new();
                let ended = run(&world, "1001", &message, losing(number, answer)).await;
                let what = format!("{expected}, checkpoint {number}, answer lost: {answer}");
                assert_eq!(ended.result.as_ref().unwrap()["result"], expected, "{what}");
                let order = world.order();
                assert_eq!(order.status, expected, "{what}");
                if expected == "completed" {
                    assert_eq!((order.charges, order.charged_amount), (1, 2_498), "{what}");
                    assert_eq!(order.shipments, 1, "{what}");
                    assert_eq!((world.stock("widget"), world.stock("gadget")), (8, 9));
                } else {
                    assert!(order.charges <= 1, "{what}");
                    world.assert_untouched(&what);
                }
                let mut calls = world.calls();
                calls.dedup();
                assert_eq!(
                    calls.len(),
                    world.calls().len(),
                    "{what}: invoked once each"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_replay_gives_the_same_result_byte_by_byte() {
    for (message, expected) in orders() {
        let world = World::new();
        let ended = world.run(&message).await;
        let [last, replayed] = &ended.answers;
        assert!(last.contains(expected), "{last}");
        assert_eq!(last, replayed, "the clock has moved, the result has not");
    }
}

#[tokio::test]
async fn each_suspension_costs_one_replay_and_no_step_runs_again() {
    let world = World::new();
    let ended = world.run(&message(&[("widget", 1)])).await;
    // One invocation to the first worker, and one more after each of the three.
    assert_eq!(ended.invocations, 4);
    let order = world.order();
    let result = ended.result.unwrap();
    assert_eq!(result["received_at"], order.received_at);
    // The clock is read once a step and once a worker.
    assert_eq!(result["received_at"], "2023-11-14T22:13:20Z");
    assert_eq!(result["finished_at"], "2023-11-14T22:13:24Z");
}

#[tokio::test]
async fn a_step_that_runs_again_keeps_the_times_it_recorded_first() {
    let message = message(&[("widget", 1)]);
    let checkpoints = World::new().run(&message).await.checkpoints;
    // The last checkpoint is that of the step that closes the record.
    let world = World::new();
    let ended = run(&world, "1001", &message, losing(checkpoints - 1, false)).await;
    let result = ended.result.unwrap();
    assert_eq!(result["finished_at"], "2023-11-14T22:13:24Z");
    assert_eq!(
        result["finished_at"].as_str(),
        world.order().finished_at.as_deref()
    );
}
