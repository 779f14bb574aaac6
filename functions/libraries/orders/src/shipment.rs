//! What the orchestrator and `fulfill-order` say to each other, and where shipments are kept.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::error::StoreError;
use crate::items::Items;
use crate::record::Recorded;

/// A request to `fulfill-order`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum ShipmentRequest {
    /// Ship the order.
    Fulfill {
        /// Which order.
        order_id: String,
        /// To whom.
        customer_id: String,
        /// What.
        items: Items,
    },
    /// Call the shipment back, and refuse to ship from now on.
    Cancel {
        /// Which order.
        order_id: String,
    },
}

/// The shipment of an order, as recorded and as answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Shipment {
    /// It is on its way.
    Shipped {
        /// Its id.
        shipment_id: String,
        /// When.
        shipped_at: String,
    },
    /// It is not shipped.
    Refused {
        /// Why not.
        reason: RefusalReason,
        /// Because of which products.
        products: Vec<String>,
        /// When.
        refused_at: String,
    },
    /// Whatever was shipped is called back.
    Canceled {
        /// When.
        canceled_at: String,
    },
}

/// Why an order is not shipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalReason {
    /// The catalog says `shippable: false`.
    NotShippable,
    /// The catalog does not have it any more.
    UnknownProduct,
}

/// Keeps one shipment an order.
///
/// This is where a real carrier goes, with the order id as its idempotency key: each method must
/// be safe to repeat and to run twice at once.
#[async_trait]
pub trait ShipmentStore: Catalog {
    /// Records the first decision, and ships what it says in the same write. Returns the decision
    /// that stands: this one, or the one before.
    ///
    /// Fails with [`StoreError::NotReady`] rather than ship an order that is not paid and
    /// allocated.
    async fn decide_shipment(
        &self,
        order_id: &str,
        decision: &Recorded<Shipment>,
    ) -> Result<Recorded<Shipment>, StoreError>;

    /// Calls the shipment back, once. One that was never decided is canceled ahead, so that it
    /// cannot be shipped later. One that was refused stays as it is.
    async fn cancel(&self, order_id: &str, canceled_at: &str) -> Result<Shipment, StoreError>;
}
