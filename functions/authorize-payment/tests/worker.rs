//! The worker over tables in memory.
#![expect(clippy::unwrap_used, reason = "a failed set-up should fail the test")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use authorize_payment::PaymentWorker;
use orders::catalog::{Price, Product};
use orders::payment::DeclineReason;
use orders::{Clock, Failure, MemoryTables, Payment, Reason, StoreError};
use serde_json::{Value, json};

const LIMIT: u64 = 10_000;

fn set_up() -> (Arc<MemoryTables>, PaymentWorker) {
    let tables = Arc::new(MemoryTables::new());
    set_price(&tables, "widget", 999, "USD");
    set_price(&tables, "book", 10_000, "USD");
    set_price(&tables, "livre", 100, "EUR");
    let seconds = AtomicU64::new(1_700_000_000);
    let worker = PaymentWorker {
        store: Arc::<MemoryTables>::clone(&tables),
        limit: LIMIT,
        clock: Clock::new(move || {
            UNIX_EPOCH + Duration::from_secs(seconds.fetch_add(1, Ordering::SeqCst))
        }),
    };
    (tables, worker)
}

fn set_price(tables: &MemoryTables, product_id: &str, amount: u64, currency: &str) {
    let price = Price {
        amount,
        currency: currency.to_owned(),
    };
    let product = Product {
        price: Some(price),
        shippable: true,
    };
    tables
        .state()
        .products
        .insert(product_id.to_owned(), product);
}

fn authorize(items: &[(&str, u32)]) -> Value {
    let items: Vec<Value> = items
        .iter()
        .map(|(product_id, quantity)| json!({"product_id": product_id, "quantity": quantity}))
        .collect();
    json!({
        "action": "authorize",
        "order_id": "1001",
        "customer_id": "c-1",
        "items": items,
        "payment_method": "card",
    })
}

fn void() -> Value {
    json!({"action": "void", "order_id": "1001"})
}

fn charged(tables: &MemoryTables) -> (i128, u32) {
    let order = tables.order("1001");
    (order.charged_amount, order.charges)
}

#[tokio::test]
async fn the_same_request_charges_once_and_has_one_answer() {
    let (tables, worker) = set_up();
    let request = authorize(&[("widget", 2)]);
    let first = worker.handle(request.clone()).await.unwrap();
    let answer = serde_json::to_value(&first).unwrap();
    assert_eq!(
        answer,
        json!({
            "state": "authorized",
            "amount": 1_998,
            "currency": "USD",
            "lines": [{"product_id": "widget", "quantity": 2, "unit_price": 999}],
            "authorized_at": "2023-11-14T22:13:20Z",
        })
    );
    // Neither time nor price changes what was decided.
    set_price(&tables, "widget", 1, "USD");
    for _ in 0..3 {
        assert_eq!(worker.handle(request.clone()).await.unwrap(), first);
    }
    assert_eq!(charged(&tables), (1_998, 1));
}

#[tokio::test]
async fn two_who_decide_at_once_charge_once() {
    let (tables, worker) = set_up();
    let request = authorize(&[("widget", 2)]);
    // The other one decides after this one has priced the order and before it writes its decision.
    let racing = RacingStore {
        tables: Arc::clone(&tables),
        rival: worker,
        request: request.clone(),
    };
    let late = PaymentWorker {
        store: Arc::new(racing),
        limit: LIMIT,
        clock: Clock::new(|| UNIX_EPOCH + Duration::from_secs(1_800_000_001)),
    };
    let answer = late.handle(request).await.unwrap();
    let Payment::Authorized { authorized_at, .. } = answer else {
        unreachable!("{answer:?}");
    };
    assert_eq!(
        authorized_at, "2023-11-14T22:13:20Z",
        "the rival's decision"
    );
    assert_eq!(charged(&tables), (1_998, 1));
}

#[tokio::test]
async fn an_order_up_to_the_limit_is_authorized_and_one_over_it_declined() {
    let (tables, worker) = set_up();
    let answer = worker.handle(authorize(&[("book", 1)])).await.unwrap();
    assert!(matches!(answer, Payment::Authorized { .. }), "{answer:?}");
    assert_eq!(charged(&tables), (10_000, 1));

    let (tables, worker) = set_up();
    let request = authorize(&[("book", 1), ("widget", 1)]);
    let answer = worker.handle(request.clone()).await.unwrap();
    assert_eq!(
        answer,
        Payment::Declined {
            reason: DeclineReason::OverLimit,
            amount: 10_999,
            currency: "USD".to_owned(),
            declined_at: "2023-11-14T22:13:20Z".to_owned(),
        }
    );
    // A decision stays, even if the next price would fit.
    set_price(&tables, "book", 1, "USD");
    assert_eq!(worker.handle(request).await.unwrap(), answer);
    assert_eq!(
        worker.handle(void()).await.unwrap(),
        answer,
        "nothing to void"
    );
    assert_eq!(charged(&tables), (0, 0));
}

#[tokio::test]
async fn an_order_that_cannot_be_priced_is_rejected_with_every_reason() {
    let (tables, worker) = set_up();
    let request = authorize(&[("widget", 1), ("livre", 1), ("nothing", 1)]);
    let answer = worker.handle(request).await.unwrap();
    let Payment::Rejected { reasons, .. } = answer else {
        unreachable!("{answer:?}");
    };
    assert_eq!(
        reasons,
        [
            Reason::UnknownProduct {
                product_id: "nothing".to_owned()
            },
            Reason::MixedCurrencies {
                currencies: vec!["EUR".to_owned(), "USD".to_owned()]
            },
        ]
    );
    assert_eq!(charged(&tables), (0, 0));
}

#[tokio::test]
async fn voiding_gives_the_money_back_once() {
    let (tables, worker) = set_up();
    let request = authorize(&[("widget", 2)]);
    worker.handle(request.clone()).await.unwrap();
    let voided = worker.handle(void()).await.unwrap();
    let expected = json!({"state": "voided", "amount": 1_998, "voided_at": "2023-11-14T22:13:21Z"});
    assert_eq!(serde_json::to_value(&voided).unwrap(), expected);
    for _ in 0..3 {
        assert_eq!(worker.handle(void()).await.unwrap(), voided);
    }
    assert_eq!(
        worker.handle(request).await.unwrap(),
        voided,
        "it stays void"
    );
    assert_eq!(charged(&tables), (0, 1));
}

#[tokio::test]
async fn a_payment_that_is_voided_ahead_is_never_charged() {
    let (tables, worker) = set_up();
    let voided = worker.handle(void()).await.unwrap();
    assert!(matches!(voided, Payment::Voided { amount: 0, .. }));
    let late = worker.handle(authorize(&[("widget", 2)])).await.unwrap();
    assert_eq!(late, voided);
    assert_eq!(charged(&tables), (0, 0));
}

#[tokio::test]
async fn another_request_for_the_same_order_is_refused() {
    let (tables, worker) = set_up();
    worker.handle(authorize(&[("widget", 2)])).await.unwrap();
    let mut other_customer = authorize(&[("widget", 2)]);
    other_customer["customer_id"] = json!("c-2");
    for other in [authorize(&[("widget", 1)]), other_customer] {
        let error = worker.handle(other).await.unwrap_err();
        assert_eq!(error.failure(), Failure::RequestConflict);
    }
    assert_eq!(charged(&tables), (1_998, 1));
}

#[tokio::test]
async fn a_request_that_cannot_be_read_fails_with_its_type() {
    let (_, worker) = set_up();
    let twice = authorize(&[("widget", 1), ("widget", 1)]);
    for request in [
        json!({}),
        json!({"action": "refund", "order_id": "1001"}),
        json!({"action": "void"}),
        json!({"action": "void", "order_id": "1001", "amount": 1}),
        authorize(&[]),
        authorize(&[("widget", 0)]),
        twice,
    ] {
        let error = worker.handle(request.clone()).await.unwrap_err();
        assert_eq!(error.failure(), Failure::InvalidRequest, "{request}");
    }
}

#[tokio::test]
async fn tables_that_fail_fail_the_request() {
    let (tables, worker) = set_up();
    tables.state().failures.push_back(StoreError::Unavailable {
        key: "1001".to_owned(),
        source: "told to fail".into(),
    });
    let error = worker
        .handle(authorize(&[("widget", 2)]))
        .await
        .unwrap_err();
    assert_eq!(error.failure(), Failure::TableUnavailable);
    assert_eq!(
        orders::chain(&error),
        "order `1001` could not be worked on: the table is out of reach for `1001`: told to fail"
    );
}

/// Tables where somebody else decides right before this one does.
struct RacingStore {
    tables: Arc<MemoryTables>,
    rival: PaymentWorker,
    request: Value,
}

mod racing {
    use orders::catalog::{Catalog, Product};
    use orders::payment::PaymentStore;
    use orders::record::Recorded;
    use orders::{Payment, StoreError};

    use super::RacingStore;

    #[async_trait::async_trait]
    impl Catalog for RacingStore {
        async fn product(&self, product_id: &str) -> Result<Option<Product>, StoreError> {
            self.tables.product(product_id).await
        }
    }

    #[async_trait::async_trait]
    impl PaymentStore for RacingStore {
        async fn decide(
            &self,
            order_id: &str,
            decision: &Recorded<Payment>,
        ) -> Result<Recorded<Payment>, StoreError> {
            self.rival.handle(self.request.clone()).await.unwrap();
            self.tables.decide(order_id, decision).await
        }

        async fn void(&self, order_id: &str, voided_at: &str) -> Result<Payment, StoreError> {
            self.tables.void(order_id, voided_at).await
        }
    }
}
