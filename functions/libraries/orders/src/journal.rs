//! The orchestrator's own part of an order's item.

use async_trait::async_trait;
use serde_json::Value;

use crate::error::StoreError;
use crate::items::Items;

/// Keeps what a person wants to know about an order.
///
/// An order id belongs to the execution that opens it first, for ever: another one fails with
/// [`StoreError::Taken`] before it has done anything.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Opens the order, and returns when it was opened first by this execution.
    async fn open(&self, opening: &Opening, now: &str) -> Result<String, StoreError>;

    /// Closes the order, and returns when it was closed first.
    async fn close(&self, closing: &Closing, now: &str) -> Result<String, StoreError>;
}

/// An order as it came in; what is invalid is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// Which order.
    pub order_id: String,
    /// The ARN of the execution.
    pub execution: String,
    /// Who ordered.
    pub customer_id: Option<String>,
    /// By which means it is paid.
    pub payment_method: Option<String>,
    /// What is ordered.
    pub items: Option<Items>,
}

/// The end of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// Which order.
    pub order_id: String,
    /// The ARN of the execution.
    pub execution: String,
    /// Its final status.
    pub status: &'static str,
    /// What a person wants to know beside the status.
    pub outcome: Value,
}

/// The status of an order that is open.
pub const PROCESSING: &str = "processing";
