//! Both tables in memory, with the semantics of the real ones.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use serde_json::Value;

use crate::allocation::{Allocation, AllocationStore, Shortage, Taking};
use crate::catalog::{Catalog, Product};
use crate::error::StoreError;
use crate::items::Items;
use crate::journal::{Closing, Journal, Opening, PROCESSING};
use crate::payment::{Payment, PaymentStore};
use crate::record::Recorded;
use crate::shipment::{Shipment, ShipmentStore};

/// Tables for one process, for tests.
#[derive(Debug, Default)]
pub struct MemoryTables {
    state: Mutex<State>,
}

/// What the tables hold.
#[derive(Debug, Default)]
pub struct State {
    /// The products.
    pub products: BTreeMap<String, Product>,
    /// Their stock levels.
    pub stock: BTreeMap<String, u64>,
    /// The orders.
    pub orders: BTreeMap<String, StoredOrder>,
    /// Failures of the writes to come, from the front; a method that reads does not fail.
    pub failures: VecDeque<StoreError>,
}

/// The item of an order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoredOrder {
    /// As it was opened.
    pub opening: Option<Opening>,
    /// Its status.
    pub status: String,
    /// How it ended.
    pub outcome: Value,
    /// When it was opened first.
    pub received_at: String,
    /// When it was closed first.
    pub finished_at: Option<String>,
    /// Its payment.
    pub payment: Option<Recorded<Payment>>,
    /// What the customer is charged, in minor units.
    pub charged_amount: i128,
    /// How often the customer was charged.
    pub charges: u32,
    /// Its allocation.
    pub allocation: Option<Recorded<Allocation>>,
    /// Its shipment.
    pub shipment: Option<Recorded<Shipment>>,
    /// How many shipments are on their way.
    pub shipments: i32,
}

impl MemoryTables {
    /// Returns empty tables.
    pub fn new() -> Self {
        Self::default()
    }

    /// Looks at or changes what the tables hold.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the item of an order; an empty one if there is none.
    pub fn order(&self, order_id: &str) -> StoredOrder {
        let state = self.state();
        state.orders.get(order_id).cloned().unwrap_or_default()
    }

    fn write<T>(
        &self,
        order_id: &str,
        change: impl FnOnce(&mut StoredOrder, &mut BTreeMap<String, u64>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut state = self.state();
        if let Some(failure) = state.failures.pop_front() {
            return Err(failure);
        }
        let State { orders, stock, .. } = &mut *state;
        change(orders.entry(order_id.to_owned()).or_default(), stock)
    }
}

#[async_trait]
impl Catalog for MemoryTables {
    async fn product(&self, product_id: &str) -> Result<Option<Product>, StoreError> {
        Ok(self.state().products.get(product_id).cloned())
    }
}

#[async_trait]
impl PaymentStore for MemoryTables {
    async fn decide(
        &self,
        order_id: &str,
        decision: &Recorded<Payment>,
    ) -> Result<Recorded<Payment>, StoreError> {
        self.write(order_id, |order, _| {
            if order.payment.is_none()
                && let Payment::Authorized { quote, .. } = &decision.record
            {
                order.charged_amount += i128::from(quote.amount);
                order.charges += 1;
            }
            Ok(order
                .payment
                .get_or_insert_with(|| decision.clone())
                .clone())
        })
    }

    async fn void(&self, order_id: &str, voided_at: &str) -> Result<Payment, StoreError> {
        self.write(order_id, |order, _| {
            let amount = match order.payment.as_ref().map(|payment| &payment.record) {
                Some(Payment::Authorized { quote, .. }) => quote.amount,
                Some(standing) => return Ok(standing.clone()),
                None => 0,
            };
            order.charged_amount -= i128::from(amount);
            let voided = Payment::Voided {
                amount,
                voided_at: voided_at.to_owned(),
            };
            order.payment = Some(undone(order.payment.take(), voided.clone()));
            Ok(voided)
        })
    }
}

#[async_trait]
impl AllocationStore for MemoryTables {
    async fn take(
        &self,
        order_id: &str,
        request: &str,
        items: &Items,
        allocated_at: &str,
    ) -> Result<Taking, StoreError> {
        self.write(order_id, |order, stock| {
            if let Some(standing) = &order.allocation {
                return Ok(Taking::Recorded(standing.clone()));
            }
            let mut short = Vec::new();
            for item in items.as_slice() {
                let available = stock.get(&item.product_id).copied().unwrap_or_default();
                if available < u64::from(item.quantity) {
                    short.push(Shortage {
                        product_id: item.product_id.clone(),
                        requested: item.quantity,
                        available,
                    });
                }
            }
            if !short.is_empty() {
                return Ok(Taking::Short(short));
            }
            for item in items.as_slice() {
                if let Some(level) = stock.get_mut(&item.product_id) {
                    *level -= u64::from(item.quantity);
                }
            }
            let record = Allocation::Allocated {
                items: items.clone(),
                allocated_at: allocated_at.to_owned(),
            };
            let allocated = order.allocation.insert(Recorded::of(request, record));
            Ok(Taking::Recorded(allocated.clone()))
        })
    }

    async fn refuse(
        &self,
        order_id: &str,
        refusal: &Recorded<Allocation>,
    ) -> Result<Recorded<Allocation>, StoreError> {
        self.write(order_id, |order, _| {
            Ok(order
                .allocation
                .get_or_insert_with(|| refusal.clone())
                .clone())
        })
    }

    async fn release(&self, order_id: &str, released_at: &str) -> Result<Allocation, StoreError> {
        self.write(order_id, |order, stock| {
            let items = match order
                .allocation
                .as_ref()
                .map(|allocation| &allocation.record)
            {
                Some(Allocation::Allocated { items, .. }) => items.as_slice().to_vec(),
                Some(standing) => return Ok(standing.clone()),
                None => Vec::new(),
            };
            let gone = items
                .iter()
                .find(|item| !stock.contains_key(&item.product_id));
            if let Some(item) = gone {
                return Err(StoreError::ProductGone {
                    order_id: order_id.to_owned(),
                    product_id: item.product_id.clone(),
                });
            }
            for item in &items {
                if let Some(level) = stock.get_mut(&item.product_id) {
                    *level += u64::from(item.quantity);
                }
            }
            let released = Allocation::Released {
                items,
                released_at: released_at.to_owned(),
            };
            order.allocation = Some(undone(order.allocation.take(), released.clone()));
            Ok(released)
        })
    }
}

#[async_trait]
impl ShipmentStore for MemoryTables {
    async fn decide_shipment(
        &self,
        order_id: &str,
        decision: &Recorded<Shipment>,
    ) -> Result<Recorded<Shipment>, StoreError> {
        self.write(order_id, |order, _| {
            if let Some(standing) = &order.shipment {
                return Ok(standing.clone());
            }
            if matches!(decision.record, Shipment::Shipped { .. }) {
                let paid = order.payment.as_ref().map(|payment| &payment.record);
                let allocated = order
                    .allocation
                    .as_ref()
                    .map(|allocation| &allocation.record);
                if !matches!(
                    (paid, allocated),
                    (
                        Some(Payment::Authorized { .. }),
                        Some(Allocation::Allocated { .. })
                    )
                ) {
                    return Err(StoreError::NotReady {
                        order_id: order_id.to_owned(),
                    });
                }
                order.shipments += 1;
            }
            Ok(order.shipment.insert(decision.clone()).clone())
        })
    }

    async fn cancel(&self, order_id: &str, canceled_at: &str) -> Result<Shipment, StoreError> {
        self.write(order_id, |order, _| {
            match order.shipment.as_ref().map(|shipment| &shipment.record) {
                Some(Shipment::Shipped { .. }) => order.shipments -= 1,
                Some(standing) => return Ok(standing.clone()),
                None => {}
            }
            let canceled = Shipment::Canceled {
                canceled_at: canceled_at.to_owned(),
            };
            order.shipment = Some(undone(order.shipment.take(), canceled.clone()));
            Ok(canceled)
        })
    }
}

#[async_trait]
impl Journal for MemoryTables {
    async fn open(&self, opening: &Opening, now: &str) -> Result<String, StoreError> {
        self.write(&opening.order_id, |order, _| {
            match &order.opening {
                Some(first)
                    if first.execution != opening.execution
                        && !(order.status == PROCESSING && opening.is_rerun_of(first)) =>
                {
                    return Err(StoreError::Taken {
                        order_id: opening.order_id.clone(),
                        execution: first.execution.clone(),
                    });
                }
                Some(_) => {}
                None => now.clone_into(&mut order.received_at),
            }
            order.opening = Some(opening.clone());
            PROCESSING.clone_into(&mut order.status);
            Ok(order.received_at.clone())
        })
    }

    async fn close(&self, closing: &Closing, now: &str) -> Result<String, StoreError> {
        self.write(&closing.order_id, |order, _| {
            closing.status.clone_into(&mut order.status);
            order.outcome = closing.outcome.clone();
            let finished_at = order.finished_at.get_or_insert_with(|| now.to_owned());
            Ok(finished_at.clone())
        })
    }
}

/// The record of what is undone keeps the request that was done.
fn undone<T>(before: Option<Recorded<T>>, record: T) -> Recorded<T> {
    Recorded {
        request: before.and_then(|before| before.request),
        record,
    }
}
