//! The worker over tables in memory.
#![expect(
    clippy::indexing_slicing,
    reason = "a failed set-up should fail the test"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use allocate_inventory::AllocationWorker;
use orders::allocation::Shortage;
use orders::{Allocation, Clock, Failure, MemoryTables, StoreError};
use serde_json::{Value, json};

fn set_up() -> (Arc<MemoryTables>, AllocationWorker) {
    let tables = Arc::new(MemoryTables::new());
    for product_id in ["gadget", "widget"] {
        tables.state().stock.insert(product_id.to_owned(), 10);
    }
    let seconds = AtomicU64::new(1_700_000_000);
    let worker = AllocationWorker {
        store: Arc::<MemoryTables>::clone(&tables),
        clock: Clock::new(move || {
            UNIX_EPOCH + Duration::from_secs(seconds.fetch_add(1, Ordering::SeqCst))
        }),
    };
    (tables, worker)
}

fn allocate_for(order_id: &str, items: &[(&str, u32)]) -> Value {
    let items: Vec<Value> = items
        .iter()
        .map(|(product_id, quantity)| json!({"product_id": product_id, "quantity": quantity}))
        .collect();
    json!({"action": "allocate", "order_id": order_id, "items": items})
}

fn allocate(items: &[(&str, u32)]) -> Value {
    allocate_for("1001", items)
}

fn release() -> Value {
    json!({"action": "release", "order_id": "1001"})
}

fn stock(tables: &MemoryTables) -> (u64, u64) {
    let state = tables.state();
    (state.stock["gadget"], state.stock["widget"])
}

fn contended(tables: &MemoryTables, times: usize) {
    for _ in 0..times {
        tables.state().failures.push_back(StoreError::Contended {
            order_id: "1001".to_owned(),
        });
    }
}

#[tokio::test]
async fn the_same_request_takes_stock_once_and_has_one_answer() {
    let (tables, worker) = set_up();
    let request = allocate(&[("widget", 2), ("gadget", 10)]);
    let first = worker.handle(request.clone()).await.unwrap();
    assert_eq!(
        serde_json::to_value(&first).unwrap(),
        json!({
            "state": "allocated",
            "items": [
                {"product_id": "gadget", "quantity": 10},
                {"product_id": "widget", "quantity": 2},
            ],
            "allocated_at": "2023-11-14T22:13:20Z",
        })
    );
    for _ in 0..3 {
        assert_eq!(worker.handle(request.clone()).await.unwrap(), first);
    }
    assert_eq!(stock(&tables), (0, 8));
}

#[tokio::test]
async fn all_items_are_taken_or_none_and_every_short_one_is_named() {
    let (tables, worker) = set_up();
    let request = allocate(&[("gadget", 11), ("nothing", 1), ("widget", 2)]);
    let refused = worker.handle(request.clone()).await.unwrap();
    let Allocation::Unavailable { short, .. } = &refused else {
        unreachable!("{refused:?}");
    };
    let shortage = |product_id: &str, requested, available| Shortage {
        product_id: product_id.to_owned(),
        requested,
        available,
    };
    assert_eq!(
        *short,
        [shortage("gadget", 11, 10), shortage("nothing", 1, 0)]
    );
    assert_eq!(stock(&tables), (10, 10));
    // The order was told that there is nothing: new stock must not be taken for it any more.
    tables.state().stock.insert("gadget".to_owned(), 100);
    tables.state().stock.insert("nothing".to_owned(), 100);
    assert_eq!(worker.handle(request).await.unwrap(), refused);
    assert_eq!(
        worker.handle(release()).await.unwrap(),
        refused,
        "nothing to put back"
    );
    assert_eq!(stock(&tables), (100, 10));
}

#[tokio::test]
async fn stock_never_goes_below_zero() {
    let (tables, worker) = set_up();
    let mut taken = 0;
    for number in 0..15 {
        let request = allocate_for(&format!("o-{number}"), &[("widget", 3)]);
        let allocation = worker.handle(request).await.unwrap();
        taken += u32::from(matches!(allocation, Allocation::Allocated { .. }));
    }
    assert_eq!(taken, 3);
    assert_eq!(stock(&tables), (10, 1));
}

#[tokio::test(start_paused = true)]
async fn a_conflict_is_no_shortage_and_is_tried_again() {
    let (tables, worker) = set_up();
    contended(&tables, 6);
    let allocation = worker.handle(allocate(&[("widget", 2)])).await.unwrap();
    assert!(matches!(allocation, Allocation::Allocated { .. }));
    contended(&tables, 6);
    let allocation = worker.handle(release()).await.unwrap();
    assert!(matches!(allocation, Allocation::Released { .. }));

    contended(&tables, 7);
    let error = worker
        .handle(allocate_for("1002", &[("widget", 2)]))
        .await
        .unwrap_err();
    assert_eq!(error.failure(), Failure::TableContended);
    assert!(!error.failure().is_permanent());
    assert_eq!(stock(&tables), (10, 10));
}

#[tokio::test]
async fn releasing_puts_the_stock_back_once() {
    let (tables, worker) = set_up();
    let request = allocate(&[("gadget", 3), ("widget", 2)]);
    worker.handle(request.clone()).await.unwrap();
    let released = worker.handle(release()).await.unwrap();
    assert_eq!(
        serde_json::to_value(&released).unwrap(),
        json!({
            "state": "released",
            "items": [
                {"product_id": "gadget", "quantity": 3},
                {"product_id": "widget", "quantity": 2},
            ],
            "released_at": "2023-11-14T22:13:21Z",
        })
    );
    for _ in 0..3 {
        assert_eq!(worker.handle(release()).await.unwrap(), released);
    }
    assert_eq!(
        worker.handle(request).await.unwrap(),
        released,
        "it stays released"
    );
    assert_eq!(stock(&tables), (10, 10));
}

#[tokio::test]
async fn an_allocation_that_is_released_ahead_takes_nothing() {
    let (tables, worker) = set_up();
    let released = worker.handle(release()).await.unwrap();
    let late = worker.handle(allocate(&[("widget", 2)])).await.unwrap();
    assert_eq!(late, released);
    assert_eq!(stock(&tables), (10, 10));
}

#[tokio::test]
async fn stock_that_is_gone_fails_the_release_for_good() {
    let (tables, worker) = set_up();
    worker
        .handle(allocate(&[("gadget", 3), ("widget", 2)]))
        .await
        .unwrap();
    tables.state().stock.remove("widget");
    let error = worker.handle(release()).await.unwrap_err();
    assert_eq!(error.failure(), Failure::ProductGone);
    assert_eq!(tables.state().stock["gadget"], 7, "all or none");
    // Once a person has put the product back, the same request succeeds.
    tables.state().stock.insert("widget".to_owned(), 0);
    worker.handle(release()).await.unwrap();
    assert_eq!(stock(&tables), (10, 2));
}

#[tokio::test]
async fn another_request_for_the_same_order_is_refused() {
    let (tables, worker) = set_up();
    worker.handle(allocate(&[("widget", 2)])).await.unwrap();
    let error = worker.handle(allocate(&[("widget", 3)])).await.unwrap_err();
    assert_eq!(error.failure(), Failure::RequestConflict);
    assert_eq!(stock(&tables), (10, 8));
}

#[tokio::test]
async fn a_request_that_cannot_be_read_fails_with_its_type() {
    let (_, worker) = set_up();
    for request in [
        json!(null),
        json!({"action": "take", "order_id": "1001"}),
        json!({"action": "release"}),
        allocate(&[]),
        allocate(&[("widget", 0)]),
        allocate(&[("widget", 1), ("widget", 1)]),
    ] {
        let error = worker.handle(request.clone()).await.unwrap_err();
        assert_eq!(error.failure(), Failure::InvalidRequest, "{request}");
    }
}
