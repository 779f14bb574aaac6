//! The result of an execution.

use orders::Reason;
use orders::allocation::Shortage;
use orders::catalog::Quote;
use orders::payment::DeclineReason;
use orders::shipment::RefusalReason;
use serde::{Deserialize, Serialize};

/// What became of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderResult {
    /// Which order.
    pub order_id: String,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// When it was validated, RFC 3339 in UTC.
    pub received_at: String,
    /// When its record was closed, RFC 3339 in UTC.
    pub finished_at: String,
}

/// What became of an order. Whatever it is, only a completed one moved money and stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Outcome {
    /// It is paid, allocated and shipped.
    Completed {
        /// What it cost.
        #[serde(flatten)]
        quote: Quote,
        /// The id of its shipment.
        shipment_id: String,
    },
    /// It is not valid.
    Rejected {
        /// Every reason.
        reasons: Vec<Reason>,
    },
    /// The customer could not be charged.
    PaymentDeclined {
        /// Why not.
        reason: DeclineReason,
        /// What it would have cost, in minor units.
        amount: u64,
        /// Of this currency.
        currency: String,
    },
    /// There was not enough in stock.
    InventoryUnavailable {
        /// Every product that was short.
        short: Vec<Shortage>,
    },
    /// It could not be shipped.
    FulfillmentFailed {
        /// Why not.
        reason: RefusalReason,
        /// Because of which products.
        products: Vec<String>,
    },
    /// It was given up on request: whatever was done is undone, and nothing will be done.
    Canceled,
}

impl Outcome {
    /// Returns the result's spelling, which is the order's status too.
    pub fn status(&self) -> &'static str {
        match self {
            Self::Completed { .. } => "completed",
            Self::Rejected { .. } => "rejected",
            Self::PaymentDeclined { .. } => "payment_declined",
            Self::InventoryUnavailable { .. } => "inventory_unavailable",
            Self::FulfillmentFailed { .. } => "fulfillment_failed",
            Self::Canceled => "canceled",
        }
    }
}
