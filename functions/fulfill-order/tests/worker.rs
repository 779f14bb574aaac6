//! The worker over tables in memory.
#![expect(clippy::unwrap_used, reason = "a failed set-up should fail the test")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use fulfill_order::ShipmentWorker;
use orders::allocation::{Allocation, AllocationStore as _};
use orders::catalog::{Product, Quote};
use orders::payment::{Payment, PaymentStore as _};
use orders::record::Recorded;
use orders::{Clock, Failure, Item, Items, MemoryTables, Shipment};
use serde_json::{Value, json};

async fn set_up() -> (Arc<MemoryTables>, ShipmentWorker) {
    let tables = Arc::new(MemoryTables::new());
    for (product_id, shippable) in [("widget", true), ("boulder", false), ("cliff", false)] {
        let price = None;
        let product = Product { price, shippable };
        tables
            .state()
            .products
            .insert(product_id.to_owned(), product);
    }
    pay(&tables, "1001").await;
    allocate(&tables, "1001").await;
    let seconds = AtomicU64::new(1_700_000_000);
    let worker = ShipmentWorker {
        store: Arc::<MemoryTables>::clone(&tables),
        clock: Clock::new(move || {
            UNIX_EPOCH + Duration::from_secs(seconds.fetch_add(1, Ordering::SeqCst))
        }),
    };
    (tables, worker)
}

async fn pay(tables: &MemoryTables, order_id: &str) {
    let payment = Payment::Authorized {
        quote: Quote {
            amount: 1,
            currency: "USD".to_owned(),
            lines: Vec::new(),
        },
        authorized_at: String::new(),
    };
    let decision = Recorded::of("request", payment);
    tables.decide(order_id, &decision).await.unwrap();
}

async fn allocate(tables: &MemoryTables, order_id: &str) {
    let items = Items::new(vec![Item {
        product_id: "widget".to_owned(),
        quantity: 1,
    }]);
    let allocation = Allocation::Allocated {
        items: items.unwrap(),
        allocated_at: String::new(),
    };
    let decision = Recorded::of("request", allocation);
    tables.refuse(order_id, &decision).await.unwrap();
}

fn fulfill_for(order_id: &str, products: &[&str]) -> Value {
    let items: Vec<Value> = products
        .iter()
        .map(|product_id| json!({"product_id": product_id, "quantity": 1}))
        .collect();
    json!({"action": "fulfill", "order_id": order_id, "customer_id": "c-1", "items": items})
}

fn fulfill(products: &[&str]) -> Value {
    fulfill_for("1001", products)
}

fn cancel() -> Value {
    json!({"action": "cancel", "order_id": "1001"})
}

#[tokio::test]
async fn the_same_request_ships_once_and_has_one_answer() {
    let (tables, worker) = set_up().await;
    let first = worker.handle(fulfill(&["widget"])).await.unwrap();
    let expected = json!({
        "state": "shipped",
        "shipment_id": "shipment-1001",
        "shipped_at": "2023-11-14T22:13:20Z",
    });
    assert_eq!(serde_json::to_value(&first).unwrap(), expected);
    for _ in 0..3 {
        assert_eq!(worker.handle(fulfill(&["widget"])).await.unwrap(), first);
    }
    assert_eq!(tables.order("1001").shipments, 1);
}

#[tokio::test]
async fn an_order_with_products_that_cannot_be_shipped_is_refused_as_a_whole() {
    let (tables, worker) = set_up().await;
    let request = fulfill(&["widget", "cliff", "boulder"]);
    let refused = worker.handle(request.clone()).await.unwrap();
    let expected = json!({
        "state": "refused",
        "reason": "not_shippable",
        "products": ["boulder", "cliff"],
        "refused_at": "2023-11-14T22:13:20Z",
    });
    assert_eq!(serde_json::to_value(&refused).unwrap(), expected);
    // The order was told so, and stays refused whatever the catalog says later.
    for product in tables.state().products.values_mut() {
        product.shippable = true;
    }
    assert_eq!(worker.handle(request).await.unwrap(), refused);
    assert_eq!(worker.handle(cancel()).await.unwrap(), refused);
    assert_eq!(tables.order("1001").shipments, 0);
}

#[tokio::test]
async fn a_product_that_is_gone_cannot_be_shipped() {
    let (_, worker) = set_up().await;
    let answer = worker.handle(fulfill(&["boulder", "gone"])).await.unwrap();
    let answer = serde_json::to_value(&answer).unwrap();
    assert_eq!(answer["reason"], "unknown_product");
    assert_eq!(answer["products"], json!(["gone"]));
}

#[tokio::test]
async fn only_what_is_paid_and_allocated_is_shipped() {
    let (tables, worker) = set_up().await;
    pay(&tables, "paid").await;
    allocate(&tables, "allocated").await;
    for order_id in ["paid", "allocated", "neither"] {
        let error = worker
            .handle(fulfill_for(order_id, &["widget"]))
            .await
            .unwrap_err();
        assert_eq!(error.failure(), Failure::OrderNotReady, "{order_id}");
        assert_eq!(tables.order(order_id).shipment, None);
    }
    tables.void("1001", "now").await.unwrap();
    let error = worker.handle(fulfill(&["widget"])).await.unwrap_err();
    assert_eq!(error.failure(), Failure::OrderNotReady, "voided");
}

#[tokio::test]
async fn canceling_calls_the_shipment_back_once() {
    let (tables, worker) = set_up().await;
    worker.handle(fulfill(&["widget"])).await.unwrap();
    let canceled = worker.handle(cancel()).await.unwrap();
    let canceled_at = "2023-11-14T22:13:21Z".to_owned();
    assert_eq!(canceled, Shipment::Canceled { canceled_at });
    for _ in 0..3 {
        assert_eq!(worker.handle(cancel()).await.unwrap(), canceled);
    }
    assert_eq!(worker.handle(fulfill(&["widget"])).await.unwrap(), canceled);
    assert_eq!(tables.order("1001").shipments, 0);
}

#[tokio::test]
async fn a_shipment_that_is_canceled_ahead_is_never_made() {
    let (tables, worker) = set_up().await;
    let canceled = worker.handle(cancel()).await.unwrap();
    assert_eq!(worker.handle(fulfill(&["widget"])).await.unwrap(), canceled);
    assert_eq!(tables.order("1001").shipments, 0);
}

#[tokio::test]
async fn another_request_for_the_same_order_is_refused() {
    let (tables, worker) = set_up().await;
    worker.handle(fulfill(&["widget"])).await.unwrap();
    let error = worker.handle(fulfill(&["boulder"])).await.unwrap_err();
    assert_eq!(error.failure(), Failure::RequestConflict);
    assert_eq!(tables.order("1001").shipments, 1);
}

#[tokio::test]
async fn a_request_that_cannot_be_read_fails_with_its_type() {
    let (_, worker) = set_up().await;
    for request in [
        json!([]),
        json!({"action": "ship", "order_id": "1001"}),
        json!({"action": "cancel"}),
        fulfill(&[]),
    ] {
        let error = worker.handle(request.clone()).await.unwrap_err();
        assert_eq!(error.failure(), Failure::InvalidRequest, "{request}");
    }
}
