//! The state of transactions.

use async_trait::async_trait;

use crate::basis::Basis;
use crate::error::ServiceError;
use crate::score::Score;
use crate::status::{EscalationReason, Status};

/// Keeps one status a transaction.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Fails with [`ServiceError::StatusConflict`] when the transaction cannot become `status`.
    async fn permits(&self, transaction_id: &str, status: Status) -> Result<(), ServiceError>;

    /// Records a status, and fails like [`Ledger::permits`]. Recording it again changes nothing
    /// but the time.
    async fn record(&self, entry: &Entry) -> Result<(), ServiceError>;
}

/// A status and what it was decided on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Which transaction.
    pub transaction_id: String,
    /// Its status.
    pub status: Status,
    /// Its amount in minor units.
    pub amount: u64,
    /// Its currency.
    pub currency: String,
    /// Its score.
    pub fraud_score: Score,
    /// Why it is with the fraud department.
    pub reason: Option<EscalationReason>,
    /// What else is kept where an agent scores.
    pub assessed: Option<Assessed>,
}

/// What the fraud department wants to know of a score, and the agent of the transactions before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessed {
    /// What the score is based on.
    pub basis: Basis,
    /// Whose card it is.
    pub cardholder_id: Option<String>,
    /// Where the transaction was made.
    pub location: String,
    /// With whom it was made.
    pub vendor: String,
}
