//! What the orchestrator and `authorize-payment` say to each other, and where payments are kept.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::catalog::{Catalog, Quote};
use crate::error::StoreError;
use crate::items::Items;
use crate::reason::Reason;
use crate::record::Recorded;

/// A request to `authorize-payment`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum PaymentRequest {
    /// Price the order and charge the customer.
    Authorize {
        /// Which order.
        order_id: String,
        /// Whom to charge.
        customer_id: String,
        /// For what.
        items: Items,
        /// By which means.
        payment_method: String,
    },
    /// Give back what was charged, and refuse to charge from now on.
    Void {
        /// Which order.
        order_id: String,
    },
}

/// The payment of an order, as recorded and as answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Payment {
    /// The customer is charged.
    Authorized {
        /// What for, and how much.
        #[serde(flatten)]
        quote: Quote,
        /// When.
        authorized_at: String,
    },
    /// The customer is not charged.
    Declined {
        /// Why not.
        reason: DeclineReason,
        /// What it would have cost, in minor units.
        amount: u64,
        /// Of this currency.
        currency: String,
        /// When.
        declined_at: String,
    },
    /// The order cannot be priced.
    Rejected {
        /// Every reason.
        reasons: Vec<Reason>,
        /// When.
        rejected_at: String,
    },
    /// Whatever was charged is given back.
    Voided {
        /// How much was given back, in minor units; 0 when nothing had been charged.
        #[serde(default)]
        amount: u64,
        /// When.
        voided_at: String,
    },
}

/// Why a payment is declined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeclineReason {
    /// The order costs more than the limit.
    OverLimit,
}

/// Keeps one payment an order, and moves the money with it.
///
/// This is where a real payment gateway goes, with the order id as its idempotency key: each
/// method must be safe to repeat and to run twice at once.
#[async_trait]
pub trait PaymentStore: Catalog {
    /// Records the first decision, and charges what it authorizes in the same write. Returns the
    /// decision that stands: this one, or the one before.
    async fn decide(
        &self,
        order_id: &str,
        decision: &Recorded<Payment>,
    ) -> Result<Recorded<Payment>, StoreError>;

    /// Gives back what was charged, once. A payment that was never decided is voided ahead, so
    /// that it cannot be authorized later. One that is not authorized stays as it is.
    async fn void(&self, order_id: &str, voided_at: &str) -> Result<Payment, StoreError>;
}
