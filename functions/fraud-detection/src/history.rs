//! What a cardholder did before.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::error::ServiceError;

/// Finds the transactions of cardholders.
#[async_trait]
pub trait History: Send + Sync {
    /// Returns the newest transactions of a cardholder, the newest first, at most so many, and without this one.
    async fn past(
        &self,
        cardholder_id: &str,
        most: u32,
        without: &str,
    ) -> Result<Vec<Past>, ServiceError>;
}

/// A transaction of before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    /// When its status was written, RFC 3339 in UTC.
    pub at: String,
    /// Its amount in minor units.
    pub amount: u64,
    /// Its currency.
    pub currency: String,
    /// Where it was made.
    pub location: String,
    /// With whom it was made.
    pub vendor: String,
    /// What became of it.
    pub status: String,
}
