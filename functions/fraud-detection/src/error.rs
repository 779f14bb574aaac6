//! What can go wrong inside a step.

use std::error::Error as StdError;

use questions::DeliveryError;
use steps::RecordedError;

use crate::status::Status;

/// A failure of what a step works with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// It did not do what it was asked to, and may later.
    #[error("the {service} is out of reach for transaction `{transaction_id}`")]
    Unavailable {
        /// Which service.
        service: &'static str,
        /// For which transaction.
        transaction_id: String,
        /// The first cause.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The cardholder cannot be written to.
    #[error("the cardholder of transaction `{transaction_id}` cannot be written to")]
    Undeliverable {
        /// Which transaction.
        transaction_id: String,
        /// What is wrong.
        #[source]
        source: DeliveryError,
    },
    /// The transaction has a final status.
    #[error("transaction `{transaction_id}` is {current} and cannot become {wanted}")]
    StatusConflict {
        /// Which transaction.
        transaction_id: String,
        /// The status it has.
        current: Status,
        /// The status it should get.
        wanted: Status,
    },
    /// The idempotency key belongs to another charge.
    #[error("idempotency key `{idempotency_key}` was used for another charge")]
    ChargeConflict {
        /// The key.
        idempotency_key: String,
    },
}

impl RecordedError for ServiceError {
    fn error_type(&self) -> &'static str {
        match self {
            Self::Unavailable { .. } => "ServiceUnavailable",
            Self::Undeliverable { source, .. } => source.error_type(),
            Self::StatusConflict { .. } => "StatusConflict",
            Self::ChargeConflict { .. } => "ChargeConflict",
        }
    }

    fn is_permanent(&self) -> bool {
        match self {
            Self::Unavailable { .. } => false,
            Self::Undeliverable { source, .. } => source.is_permanent(),
            Self::StatusConflict { .. } | Self::ChargeConflict { .. } => true,
        }
    }
}

impl ServiceError {
    /// Returns the way out.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unavailable { .. } => {
                "check that the table exists and that the role may get and update its items"
            }
            Self::Undeliverable { .. } => {
                "look at the cardholder's item in the table of contacts, and at the sender's settings"
            }
            Self::StatusConflict { .. } | Self::ChargeConflict { .. } => {
                "look at the item of the transaction; ids may not be used twice"
            }
        }
    }
}
