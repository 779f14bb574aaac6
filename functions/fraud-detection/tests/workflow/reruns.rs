//! Reruns: the same message in another execution, after whatever became of the first.

use aws_durable_execution_sdk::test_util::LocalRunner;
use fraud_detection::Outcome;

use crate::messages::{APPROVED, DECLINED, medium, message};
use crate::world::World;

#[tokio::test]
async fn a_rerun_of_what_was_charged_at_once_gives_the_same_verdict_and_charges_nothing() {
    let world = World::default();
    let first = world.run(LocalRunner::new(), message(10_000)).await;
    let rerun = world.run(LocalRunner::new(), message(10_000)).await;
    assert_eq!(rerun.output(), first.output());
    assert_eq!(
        world.charges(),
        (1, 2),
        "the second call finds the first charge"
    );
    assert_eq!(world.statuses(), ["authorized", "authorized"]);
}

#[tokio::test]
async fn a_rerun_of_what_the_cardholder_decided_asks_charges_and_changes_nothing() {
    for (answer, status) in [(APPROVED, "authorized"), (DECLINED, "declined")] {
        let world = World::default();
        let runner = LocalRunner::new().callback_success(&answer);
        assert!(world.run(runner, medium()).await.is_success());
        let (asked, charges) = (world.asked().len(), world.charges());
        // An approval must not reach what was declined.
        let runner = LocalRunner::new().callback_success(&APPROVED);
        let rerun = world.run(runner, medium()).await;
        assert!(rerun.is_failure());
        assert!(rerun.error_message().unwrap().contains(status), "{status}");
        assert_eq!(world.statuses(), ["suspended", status]);
        assert_eq!(world.asked().len(), asked);
        assert_eq!(world.charges(), charges);
    }
}

#[tokio::test]
async fn a_rerun_after_a_charge_that_was_not_recorded_records_it_and_charges_nothing() {
    let world = World::default();
    world.state().unconfirmed_charges = usize::MAX;
    let runner = LocalRunner::new().callback_success(&APPROVED);
    assert!(world.run(runner, medium()).await.is_failure());
    assert_eq!(world.state().charges.len(), 1);
    world.state().unconfirmed_charges = 0;
    let runner = LocalRunner::new().callback_success(&APPROVED);
    let rerun = world.run(runner, medium()).await;
    assert_eq!(rerun.output().unwrap().result, Outcome::Authorized);
    assert_eq!(world.state().charges.len(), 1);
    assert_eq!(world.statuses(), ["suspended", "suspended", "authorized"]);
}
