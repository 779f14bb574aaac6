//! Undoing, and what is left when it fails.

use serde_json::json;

use crate::world::{Fault, World, message};

/// An order that is refused in the last step.
fn refused() -> serde_json::Value {
    message(&[("boulder", 2)])
}

#[tokio::test]
async fn an_undoing_that_recovers_is_done_once() {
    for (action, operation) in [("release", "release-inventory"), ("void", "void-payment")] {
        for fault in [
            Fault::Before("Sandbox.Timedout"),
            Fault::After("Sandbox.Timedout"),
        ] {
            let world = World::new();
            world.fail(action, std::iter::repeat_n(fault.clone(), 9));
            let ended = world.run(&refused()).await;
            let result = ended.result.as_ref().unwrap();
            assert_eq!(result["result"], "fulfillment_failed", "{operation}");
            assert_eq!(ended.count(operation, "FAILED"), 9);
            assert_eq!(ended.count(operation, "SUCCEEDED"), 1);
            world.assert_untouched(&format!("{operation} {fault:?}"));
        }
    }
}

#[tokio::test]
async fn an_undoing_that_fails_does_not_keep_the_next_from_running() {
    let world = World::new();
    world.fail_always("release", &Fault::Before("Sandbox.Timedout"));
    let ended = world.run(&refused()).await;
    assert_eq!(ended.error_type(), "CompensationFailed");
    assert_eq!(ended.count("release-inventory", "FAILED"), 10);
    assert_eq!(ended.count("void-payment", "SUCCEEDED"), 1);
    let order = world.order();
    assert_eq!(order.charged_amount, 0, "the payment is voided");
    assert_eq!(world.stock("boulder"), 8, "the stock is not back");
}

#[tokio::test]
async fn what_is_not_undone_is_left_for_a_person() {
    let world = World::new();
    world.fail_always("release", &Fault::Before("Sandbox.Timedout"));
    world.fail_always("void", &Fault::Before("TableUnavailable"));
    let ended = world.run(&refused()).await;
    assert_eq!(ended.error_type(), "CompensationFailed");
    let text = ended.error_message();
    assert!(
        text.contains("order `1001` needs a person: put back into stock"),
        "{text}"
    );
    assert!(
        text.contains("give back what attribute `payment`"),
        "{text}"
    );
    let order = world.order();
    assert_eq!(order.status, "compensation_failed");
    assert_eq!(order.outcome["because"]["result"], "fulfillment_failed");
    assert_eq!(
        order.outcome["to_do"],
        json!([
            {
                "task": "put back into stock what attribute `allocation` says",
                "operation": "release-inventory",
                "error_type": "Sandbox.Timedout",
                "message": "told to fail",
            },
            {
                "task": "give back what attribute `payment` says was charged",
                "operation": "void-payment",
                "error_type": "TableUnavailable",
                "message": "told to fail",
            },
        ])
    );
}

#[tokio::test]
async fn stock_that_has_nowhere_to_go_back_to_is_left_for_a_person_at_once() {
    let world = World::new();
    // The product leaves the catalog while the order is shipped.
    world.vanish_on("fulfill", "boulder");
    let ended = world.run(&refused()).await;
    assert_eq!(ended.error_type(), "CompensationFailed");
    assert_eq!(
        ended.count("release-inventory", "FAILED"),
        1,
        "no retry helps"
    );
    let order = world.order();
    assert_eq!(order.outcome["to_do"][0]["error_type"], "ProductGone");
    assert_eq!(order.charged_amount, 0);
}

#[tokio::test]
async fn a_failed_worker_and_a_failed_undoing_are_both_recorded() {
    let world = World::new();
    world.fail_always("allocate", &Fault::After("Sandbox.Timedout"));
    world.fail_always("release", &Fault::Garbled);
    let ended = world.run(&message(&[("widget", 1)])).await;
    assert_eq!(ended.error_type(), "CompensationFailed");
    let order = world.order();
    assert_eq!(order.outcome["failure"]["operation"], "allocate-inventory");
    assert_eq!(order.outcome["to_do"][0]["operation"], "release-inventory");
    assert_eq!(order.outcome["to_do"].as_array().unwrap().len(), 1);
    assert_eq!(order.charged_amount, 0);
}
