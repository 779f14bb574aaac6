//! A world in memory: both tables, the real workers over them, and faults on the way to them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use allocate_inventory::AllocationWorker;
use authorize_payment::PaymentWorker;
use fulfill_order::ShipmentWorker;
use lambda_runtime::Diagnostic;
use order_processing::{Services, Workers};
use orders::catalog::{Price, Product};
use orders::memory::StoredOrder;
use orders::{Clock, MemoryTables, WorkerError};
use serde::Serialize;
use serde_json::{Value, json};

/// The most that an order may cost.
pub(crate) const LIMIT: u64 = 100_000;

/// What goes wrong with an invoke.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// The worker fails with this error type before it does anything.
    Before(&'static str),
    /// The worker does its work, and then fails with this error type.
    After(&'static str),
    /// The worker does its work, and says something else.
    Garbled,
}

/// Both tables and the workers.
pub(crate) struct World {
    /// The tables.
    pub(crate) tables: Arc<MemoryTables>,
    clock: Clock,
    payment: PaymentWorker,
    allocation: AllocationWorker,
    shipment: ShipmentWorker,
    faults: Mutex<BTreeMap<&'static str, VecDeque<Fault>>>,
    vanishing: Mutex<BTreeMap<&'static str, &'static str>>,
    calls: Mutex<Vec<String>>,
}

impl World {
    /// Returns a world where a `widget` costs 9.99, a `gadget` 5.00 and a `boulder`, which cannot
    /// be shipped, 1.00, with 10 pieces of each.
    pub(crate) fn new() -> Self {
        let tables = Arc::new(MemoryTables::new());
        for (product_id, amount, shippable) in [
            ("widget", 999, true),
            ("gadget", 500, true),
            ("boulder", 100, false),
        ] {
            let price = Price {
                amount,
                currency: "USD".to_owned(),
            };
            let product = Product {
                price: Some(price),
                shippable,
            };
            let mut state = tables.state();
            state.products.insert(product_id.to_owned(), product);
            state.stock.insert(product_id.to_owned(), 10);
        }
        // It moves whenever it is read, so a time from outside a step differs between replays.
        let seconds = Arc::new(AtomicU64::new(1_700_000_000));
        let clock = Clock::new(move || {
            UNIX_EPOCH + Duration::from_secs(seconds.fetch_add(1, Ordering::SeqCst))
        });
        Self {
            payment: PaymentWorker {
                store: Arc::<MemoryTables>::clone(&tables),
                limit: LIMIT,
                clock: clock.clone(),
            },
            allocation: AllocationWorker {
                store: Arc::<MemoryTables>::clone(&tables),
                clock: clock.clone(),
            },
            shipment: ShipmentWorker {
                store: Arc::<MemoryTables>::clone(&tables),
                clock: clock.clone(),
            },
            clock,
            tables,
            faults: Mutex::default(),
            vanishing: Mutex::default(),
            calls: Mutex::default(),
        }
    }

    /// Lets the next invokes for `action` go wrong, one after the other.
    pub(crate) fn fail(&self, action: &'static str, faults: impl IntoIterator<Item = Fault>) {
        let mut all = self.faults.lock().unwrap();
        all.entry(action).or_default().extend(faults);
    }

    /// Lets as many invokes for `action` go wrong as there can be.
    pub(crate) fn fail_always(&self, action: &'static str, fault: &Fault) {
        self.fail(action, std::iter::repeat_n(fault.clone(), 100));
    }

    /// Lets a product leave the catalog, with its stock, when a worker is invoked for `action`.
    pub(crate) fn vanish_on(&self, action: &'static str, product_id: &'static str) {
        self.vanishing.lock().unwrap().insert(action, product_id);
    }

    /// Lets nothing go wrong any more.
    pub(crate) fn recover(&self) {
        self.faults.lock().unwrap().clear();
    }

    /// Returns the actions that workers were invoked for, in order.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }

    /// Returns the item of the order that [`message`] makes.
    pub(crate) fn order(&self) -> StoredOrder {
        self.tables.order("1001")
    }

    /// Returns how many pieces of a product are in stock.
    pub(crate) fn stock(&self, product_id: &str) -> u64 {
        self.tables.state().stock[product_id]
    }

    /// Fails unless stock and money are as they were.
    pub(crate) fn assert_untouched(&self, why: &str) {
        for product_id in ["widget", "gadget", "boulder"] {
            assert_eq!(self.stock(product_id), 10, "{why}: stock of {product_id}");
        }
        for (order_id, order) in &self.tables.state().orders {
            assert_eq!(order.charged_amount, 0, "{why}: money of {order_id}");
            assert_eq!(order.shipments, 0, "{why}: shipments of {order_id}");
        }
    }

    /// Returns what the workflow works with.
    pub(crate) fn services(&self) -> Arc<Services> {
        Arc::new(Services {
            catalog: Arc::<MemoryTables>::clone(&self.tables),
            journal: Arc::<MemoryTables>::clone(&self.tables),
            clock: self.clock.clone(),
            workers: Workers {
                authorize_payment: "authorize-payment:live".to_owned(),
                allocate_inventory: "allocate-inventory:live".to_owned(),
                fulfill_order: "fulfill-order:live".to_owned(),
            },
            longest_wait: Duration::from_mins(1),
        })
    }

    /// Invokes a worker as Lambda does: its answer as text, or its error type and message.
    pub(crate) async fn invoke(
        &self,
        function: &str,
        input: &str,
    ) -> Result<String, (String, String)> {
        let request: Value = serde_json::from_str(input).unwrap();
        let action = request["action"].as_str().unwrap().to_owned();
        self.calls.lock().unwrap().push(action.clone());
        if let Some(product_id) = self.vanishing.lock().unwrap().get(action.as_str()) {
            self.tables.state().products.remove(*product_id);
            self.tables.state().stock.remove(*product_id);
        }
        let fault = self
            .faults
            .lock()
            .unwrap()
            .get_mut(action.as_str())
            .and_then(VecDeque::pop_front);
        let failed = |error_type: &str| Err((error_type.to_owned(), "told to fail".to_owned()));
        if let Some(Fault::Before(error_type)) = fault {
            return failed(error_type);
        }
        let answer = match function {
            "authorize-payment:live" => text(self.payment.handle(request).await),
            "allocate-inventory:live" => text(self.allocation.handle(request).await),
            "fulfill-order:live" => text(self.shipment.handle(request).await),
            other => panic!("no function {other}"),
        };
        match fault {
            Some(Fault::After(error_type)) => failed(error_type),
            Some(Fault::Garbled) => Ok(r#"{"state":"perhaps"}"#.to_owned()),
            _ => answer,
        }
    }
}

fn text(answer: Result<impl Serialize, WorkerError>) -> Result<String, (String, String)> {
    answer
        .map(|answer| serde_json::to_string(&answer).unwrap())
        .map_err(|error| {
            let Diagnostic {
                error_type,
                error_message,
            } = error.into();
            (error_type, error_message)
        })
}

/// Returns the order `1001` of these items.
pub(crate) fn message(items: &[(&str, i64)]) -> Value {
    order("1001", items)
}

/// Returns an order of these items.
pub(crate) fn order(order_id: &str, items: &[(&str, i64)]) -> Value {
    let items: Vec<Value> = items
        .iter()
        .map(|(product_id, quantity)| json!({"product_id": product_id, "quantity": quantity}))
        .collect();
    json!({
        "order_id": order_id,
        "customer_id": "c-1",
        "items": items,
        "payment_method": "card",
    })
}
