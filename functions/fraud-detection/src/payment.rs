//! Charging cards.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::error::ServiceError;

/// Charges cards, once for each idempotency key.
#[async_trait]
pub trait PaymentGateway: Send + Sync {
    /// Makes a charge, or returns the receipt of the one made before under the same key.
    ///
    /// Fails with [`ServiceError::ChargeConflict`] when that one was for something else.
    async fn charge(&self, charge: &Charge) -> Result<Receipt, ServiceError>;
}

/// What to charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// What makes two calls the same charge: `tx-<transaction_id>`.
    pub idempotency_key: String,
    /// For which transaction.
    pub transaction_id: String,
    /// How much, in minor units.
    pub amount: u64,
    /// In which currency.
    pub currency: String,
}

/// Proof of a charge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The key it was made under.
    pub idempotency_key: String,
    /// When it was made, which may be before this call; RFC 3339 in UTC.
    pub charged_at: String,
}
