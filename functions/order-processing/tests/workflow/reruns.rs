//! Reruns: the same order in another execution, after whatever became of the first.

use serde_json::Value;

use crate::service::{Losses, run};
use crate::world::{Fault, World, message};

/// Makes an order one that its execution did not close.
fn leave_open(world: &World) {
    let open = "processing".to_owned();
    world.tables.state().orders.get_mut("1001").unwrap().status = open;
}

fn canceling(order: &Value) -> Value {
    let mut cancel = order.clone();
    cancel["cancel"] = true.into();
    cancel
}

#[tokio::test]
async fn a_rerun_of_an_order_whose_end_was_not_recorded_records_it_and_does_nothing_twice() {
    let world = World::new();
    let order = message(&[("widget", 2)]);
    let first = run(&world, "order-1001", &order, Losses::default()).await;
    for rerun in ["order-1001-r2", "order-1001-r3"] {
        {
            let mut state = world.tables.state();
            let left = state.orders.get_mut("1001").unwrap();
            left.status = "processing".to_owned();
            left.finished_at = None;
        }
        let ended = run(&world, rerun, &order, Losses::default()).await;
        let result = ended.result.unwrap();
        assert_eq!(result["result"], "completed", "{rerun}");
        let received_at = &first.result.as_ref().unwrap()["received_at"];
        assert_eq!(&result["received_at"], received_at, "{rerun}");
        let order = world.order();
        assert_eq!(order.status, "completed", "{rerun}");
        assert_eq!((order.charges, order.charged_amount), (1, 1_998), "{rerun}");
        assert_eq!((order.shipments, world.stock("widget")), (1, 8), "{rerun}");
    }
}

#[tokio::test]
async fn a_rerun_of_an_order_that_is_closed_changes_nothing() {
    for (fault, status) in [(None, "completed"), (Some("Sandbox.Timedout"), "failed")] {
        let world = World::new();
        if let Some(error_type) = fault {
            world.fail_always("fulfill", &Fault::Before(error_type));
        }
        let order = message(&[("widget", 2)]);
        run(&world, "order-1001", &order, Losses::default()).await;
        world.recover();
        let (before, calls) = (world.order(), world.calls().len());
        assert_eq!(before.status, status);
        let rerun = run(&world, "order-1001-r2", &order, Losses::default()).await;
        assert_eq!(rerun.error_type(), "OrderTaken", "{status}");
        assert_eq!(world.order(), before, "{status}");
        assert_eq!(world.calls().len(), calls, "{status}");
    }
}

#[tokio::test]
async fn only_a_rerun_of_the_same_order_takes_over_what_is_open() {
    let world = World::new();
    let order = message(&[("widget", 2)]);
    run(&world, "order-1001", &order, Losses::default()).await;
    leave_open(&world);
    let before = world.order();
    let changed = message(&[("widget", 3)]);
    for (name, order) in [
        ("order-1001-r2", &changed),
        ("order-100-r2", &order),
        ("other", &order),
    ] {
        let ended = run(&world, name, order, Losses::default()).await;
        assert_eq!(ended.error_type(), "OrderTaken", "{name}");
        assert_eq!(world.order(), before, "{name}");
    }
}

#[tokio::test]
async fn a_rerun_that_cancels_undoes_what_was_done_and_what_is_done_late() {
    let world = World::new();
    let order = message(&[("widget", 2)]);
    run(&world, "order-1001", &order, Losses::default()).await;
    leave_open(&world);
    let cancel = canceling(&order);
    let ended = run(&world, "order-1001-r2", &cancel, Losses::default()).await;
    assert_eq!(ended.result.unwrap()["result"], "canceled");
    let undone = world.order();
    assert_eq!(undone.status, "canceled");
    assert_eq!((undone.charged_amount, world.stock("widget")), (0, 10));
}

#[tokio::test]
async fn an_order_that_is_canceled_first_is_never_carried_out() {
    let world = World::new();
    let order = message(&[("widget", 2)]);
    let cancel = canceling(&order);
    run(&world, "order-1001", &cancel, Losses::default()).await;
    leave_open(&world);
    let late = run(&world, "order-1001-r2", &order, Losses::default()).await;
    assert_eq!(late.error_type(), "WorkerFailed");
    let order = world.order();
    assert_eq!((order.charges, world.stock("widget")), (0, 10));
}
