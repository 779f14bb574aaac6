//! Deciding about shipments.

use std::sync::Arc;

use orders::catalog::{Lookup, Product, look_up};
use orders::record::{Recorded, fingerprint};
use orders::shipment::{RefusalReason, ShipmentRequest, ShipmentStore};
use orders::{Clock, Items, Shipment, WorkerError};
use serde_json::Value;

/// Decides about shipments.
#[derive(Clone)]
pub struct ShipmentWorker {
    /// Where shipments and products are.
    pub store: Arc<dyn ShipmentStore>,
    /// Tells when it was decided.
    pub clock: Clock,
}

impl ShipmentWorker {
    /// Does what `request` says, once, and returns the shipment as it stands then.
    pub async fn handle(&self, request: Value) -> Result<Shipment, WorkerError> {
        let request: ShipmentRequest =
            serde_json::from_value(request).map_err(WorkerError::InvalidRequest)?;
        match &request {
            ShipmentRequest::Fulfill {
                order_id, items, ..
            } => {
                let shipment = self
                    .fulfill(order_id, items, &fingerprint(&request))
                    .await?;
                log(order_id, &shipment);
                Ok(shipment)
            }
            ShipmentRequest::Cancel { order_id } => {
                let shipment = self
                    .store
                    .cancel(order_id, &self.clock.now())
                    .await
                    .map_err(WorkerError::store(order_id))?;
                log(order_id, &shipment);
                Ok(shipment)
            }
        }
    }

    async fn fulfill(
        &self,
        order_id: &str,
        items: &Items,
        request: &str,
    ) -> Result<Shipment, WorkerError> {
        let failed = || WorkerError::store(order_id);
        let found = look_up(self.store.as_ref(), items.as_slice())
            .await
            .map_err(failed())?;
        let now = self.clock.now();
        let decision = match obstacle(&found) {
            Some(Obstacle { reason, products }) => Shipment::Refused {
                reason,
                products,
                refused_at: now,
            },
            None => Shipment::Shipped {
                shipment_id: format!("shipment-{order_id}"),
                shipped_at: now,
            },
        };
        self.store
            .decide_shipment(order_id, &Recorded::of(request, decision))
            .await
            .map_err(failed())?
            .answer_to(order_id, request)
    }
}

/// Why an order cannot be shipped.
struct Obstacle {
    reason: RefusalReason,
    /// Every product that is in the way.
    products: Vec<String>,
}

/// Finds what is in the way of a shipment; that a product is unknown comes first.
fn obstacle(found: &[Lookup]) -> Option<Obstacle> {
    let because = |reason, stops: fn(&Option<Product>) -> bool| {
        let stopping = found.iter().filter(|lookup| stops(&lookup.product));
        let products: Vec<String> = stopping
            .map(|lookup| lookup.item.product_id.clone())
            .collect();
        (!products.is_empty()).then_some(Obstacle { reason, products })
    };
    because(RefusalReason::UnknownProduct, Option::is_none).or_else(|| {
        because(RefusalReason::NotShippable, |product| {
            product.as_ref().is_some_and(|product| !product.shippable)
        })
    })
}

fn log(order_id: &str, shipment: &Shipment) {
    let state = match shipment {
        Shipment::Shipped { .. } => "shipped",
        Shipment::Refused { .. } => "refused",
        Shipment::Canceled { .. } => "canceled",
    };
    tracing::info!(order_id, state, "shipment");
}
