//! The workflow while workers and tables fail.

use orders::StoreError;
use serde_json::json;

use crate::service::{Losses, run};
use crate::world::{Fault, World, message};

const ACTIONS: [(&str, &str); 3] = [
    ("authorize", "authorize-payment"),
    ("allocate", "allocate-inventory"),
    ("fulfill", "fulfill-order"),
];

fn out_of_reach() -> StoreError {
    StoreError::Unavailable {
        key: "1001".to_owned(),
        source: "told to fail".into(),
    }
}

#[tokio::test]
async fn a_worker_that_recovers_is_invoked_again_and_does_its_work_once() {
    for (action, operation) in ACTIONS {
        for fault in [
            Fault::Before("Sandbox.Timedout"),
            Fault::After("Sandbox.Timedout"),
            Fault::After("Runtime.ExitError"),
            Fault::Before("TableContended"),
            Fault::After("TableUnavailable"),
        ] {
            let world = World::new();
            world.fail(action, [fault.clone(), fault.clone()]);
            let ended = world.run(&message(&[("widget", 2)])).await;
            let what = format!("{operation} {fault:?}");
            assert_eq!(
                ended.result.as_ref().unwrap()["result"],
                "completed",
                "{what}"
            );
            assert_eq!(ended.count(operation, "FAILED"), 2, "{what}");
            assert_eq!(ended.count(operation, "SUCCEEDED"), 1, "{what}");
            assert_eq!(ended.count(&format!("{operation}-retry"), "SUCCEEDED"), 2);
            let order = world.order();
            assert_eq!((order.charges, order.charged_amount), (1, 1_998), "{what}");
            assert_eq!((order.shipments, world.stock("widget")), (1, 8), "{what}");
        }
    }
}

#[tokio::test]
async fn a_worker_that_fails_for_good_is_undone_with_everything_before_it() {
    let undone = [
        ("authorize", vec!["void"]),
        ("allocate", vec!["release", "void"]),
        ("fulfill", vec!["cancel", "release", "void"]),
    ];
    for (action, undoing) in undone {
        // Whether the lost attempts did their work or not, nothing may be left of it.
        for fault in [
            Fault::Before("Sandbox.Timedout"),
            Fault::After("Sandbox.Timedout"),
        ] {
            let world = World::new();
            world.fail_always(action, &fault);
            let ended = world.run(&message(&[("widget", 2)])).await;
            let what = format!("{action} {fault:?}");
            assert_eq!(ended.error_type(), "WorkerFailed", "{what}");
            let calls = world.calls();
            assert_eq!(calls.iter().filter(|call| *call == action).count(), 5);
            assert_eq!(calls[calls.len() - undoing.len()..], undoing, "{what}");
            world.assert_untouched(&what);
            let order = world.order();
            assert_eq!(order.status, "failed", "{what}");
            assert_eq!(order.outcome["failure"]["error_type"], "Sandbox.Timedout");
            assert!(order.finished_at.is_some());
            assert_eq!(ended.count("record-failure", "SUCCEEDED"), 1);
        }
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_an_unknown_outcome() {
    for (action, operation) in ACTIONS {
        let world = World::new();
        world.fail_always(action, &Fault::Garbled);
        let ended = world.run(&message(&[("widget", 2)])).await;
        assert_eq!(ended.error_type(), "WorkerFailed");
        let text = ended.error_message();
        assert!(
            text.contains(&format!("`{operation}` failed with `UnreadableAnswer`")),
            "{text}"
        );
        assert_eq!(ended.count(operation, "SUCCEEDED"), 1, "asked once");
        world.assert_untouched(operation);
    }
}

#[tokio::test]
async fn a_failure_that_no_retry_can_cure_is_not_retried() {
    for (error_type, undoing) in [
        ("RequestConflict", vec!["release", "void"]),
        ("RecordMalformed", vec!["cancel", "release", "void"]),
    ] {
        let world = World::new();
        world.fail_always("fulfill", &Fault::Before(error_type));
        let ended = world.run(&message(&[("widget", 2)])).await;
        assert_eq!(ended.error_type(), "WorkerFailed");
        assert_eq!(ended.count("fulfill-order", "FAILED"), 1);
        let calls = world.calls();
        assert_eq!(calls[3..], undoing, "{error_type}");
        world.assert_untouched(error_type);
    }
}

#[tokio::test]
async fn a_refusal_says_nothing_about_an_attempt_that_was_lost_before() {
    let world = World::new();
    let faults = [
        Fault::After("Sandbox.Timedout"),
        Fault::Before("RequestConflict"),
    ];
    world.fail("fulfill", faults);
    let ended = world.run(&message(&[("widget", 2)])).await;
    assert_eq!(ended.error_type(), "WorkerFailed");
    assert_eq!(ended.count("cancel-fulfillment", "SUCCEEDED"), 1);
    world.assert_untouched("shipped by the lost attempt");
}

#[tokio::test]
async fn a_worker_that_comes_too_late_finds_the_order_given_up() {
    let world = World::new();
    world.fail_always("allocate", &Fault::Before("Sandbox.Timedout"));
    world.run(&message(&[("widget", 2)])).await;
    // The lost requests arrive after all.
    world.recover();
    let items = json!([{"product_id": "widget", "quantity": 2}]);
    for (function, request, state) in [
        (
            "allocate-inventory:live",
            json!({"action": "allocate", "order_id": "1001", "items": items}),
            "released",
        ),
        (
            "authorize-payment:live",
            json!({"action": "authorize", "order_id": "1001", "customer_id": "c-1",
                   "items": items, "payment_method": "card"}),
            "voided",
        ),
    ] {
        let request = request.to_string();
        let answer = world.invoke(function, &request).await.unwrap();
        assert!(answer.contains(state), "{answer}");
    }
    world.assert_untouched("late");
}

#[tokio::test]
async fn tables_that_recover_are_asked_again() {
    let world = World::new();
    for _ in 0..3 {
        world.tables.state().failures.push_back(out_of_reach());
    }
    let ended = world.run(&message(&[("widget", 2)])).await;
    assert_eq!(ended.result.as_ref().unwrap()["result"], "completed");
    let step = &ended.operations[0];
    assert_eq!(step["StepDetails"]["Attempt"], 3);
}

#[tokio::test]
async fn tables_that_stay_away_fail_the_execution_before_anything_is_done() {
    let world = World::new();
    for _ in 0..5 {
        world.tables.state().failures.push_back(out_of_reach());
    }
    let ended = world.run(&message(&[("widget", 2)])).await;
    assert_eq!(ended.error_type(), "TableUnavailable");
    assert!(world.calls().is_empty());
    world.assert_untouched("no tables");
}

#[tokio::test]
async fn an_order_id_belongs_to_one_execution_for_ever() {
    let world = World::new();
    let first = world.run(&message(&[("widget", 2)])).await;
    assert!(first.result.is_ok());
    let before = world.order();
    for items in [[("widget", 2)], [("gadget", 5)]] {
        let other = run(&world, "another-name", &message(&items), Losses::default()).await;
        assert_eq!(other.error_type(), "OrderTaken");
        assert!(other.error_message().contains("durable-execution/1001/1"));
        assert_eq!(other.count("validate-order", "FAILED"), 1);
        assert_eq!(world.order(), before, "nothing changed");
    }
    assert_eq!(world.calls().len(), 3);
}
