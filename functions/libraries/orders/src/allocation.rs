//! What the orchestrator and `allocate-inventory` say to each other, and where stock is kept.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::items::{Item, Items};
use crate::record::Recorded;

/// A request to `allocate-inventory`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum AllocationRequest {
    /// Take all pieces out of stock, or none.
    Allocate {
        /// Which order.
        order_id: String,
        /// What to take.
        items: Items,
    },
    /// Put back what was taken, and refuse to take from now on.
    Release {
        /// Which order.
        order_id: String,
    },
}

/// The allocation of an order, as recorded and as answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Allocation {
    /// The pieces are out of stock and belong to the order.
    Allocated {
        /// Which pieces.
        items: Items,
        /// When.
        allocated_at: String,
    },
    /// There were not enough pieces, and none was taken.
    Unavailable {
        /// Every product that was short.
        short: Vec<Shortage>,
        /// When.
        refused_at: String,
    },
    /// Whatever was taken is back in stock.
    Released {
        /// What was put back; nothing when nothing had been taken.
        #[serde(default)]
        items: Vec<Item>,
        /// When.
        released_at: String,
    },
}

/// A product that was short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortage {
    /// Which product.
    pub product_id: String,
    /// How many pieces were asked for.
    pub requested: u32,
    /// How many there were.
    pub available: u64,
}

/// What came of trying to take stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taking {
    /// The record that stands: this one, with the stock taken, or the one before.
    Recorded(Recorded<Allocation>),
    /// These were short; nothing was taken and nothing recorded.
    Short(Vec<Shortage>),
}

/// Keeps stock, and one allocation an order.
///
/// Stock and record move in one transaction, so that no crash can separate them. A method that
/// another one got in the way of fails with [`StoreError::Contended`] and has done nothing.
#[async_trait]
pub trait AllocationStore: Send + Sync {
    /// Takes all `items` out of stock and records it, if nothing is recorded yet.
    async fn take(
        &self,
        order_id: &str,
        request: &str,
        items: &Items,
        allocated_at: &str,
    ) -> Result<Taking, StoreError>;

    /// Records that nothing is taken, unless something is recorded. Returns what stands.
    async fn refuse(
        &self,
        order_id: &str,
        refusal: &Recorded<Allocation>,
    ) -> Result<Recorded<Allocation>, StoreError>;

    /// Puts back what was taken, once. An allocation that was never decided is released ahead, so
    /// that nothing can be taken later. One that took nothing stays as it is.
    async fn release(&self, order_id: &str, released_at: &str) -> Result<Allocation, StoreError>;
}
