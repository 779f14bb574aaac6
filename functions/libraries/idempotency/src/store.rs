//! Where records are kept.

use std::error::Error as StdError;

use async_trait::async_trait;

use crate::record::{Lease, Record};

/// Keeps records, with conditional writes.
#[async_trait]
pub trait Store: Send + Sync {
    /// Stores a new record unless one is in its way that cannot be taken.
    async fn insert(&self, record: &Record, now_millis: i64) -> Result<Insertion, StoreError>;

    /// Reads a record, seeing every earlier write.
    async fn read(&self, id: &str) -> Result<Option<Record>, StoreError>;

    /// Marks a record as completed; `false` when the lease no longer holds it.
    async fn complete(
        &self,
        lease: &Lease,
        data: &str,
        expiration: i64,
    ) -> Result<bool, StoreError>;

    /// Deletes a record; `false` when the lease no longer holds it.
    async fn delete(&self, lease: &Lease) -> Result<bool, StoreError>;
}

/// What came of trying to store a new record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Insertion {
    /// It is stored.
    Inserted,
    /// Another record is in its way; the store may or may not have shown it.
    Refused(Option<Record>),
}

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The store did not do it.
    #[error("idempotency record `{id}` could not be {action}")]
    Unavailable {
        /// The record.
        id: String,
        /// What was tried, as a participle.
        action: &'static str,
        /// The first cause.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The stored item is no idempotency record.
    #[error("idempotency record `{id}` has no usable `{attribute}`")]
    Malformed {
        /// The record.
        id: String,
        /// The attribute that is missing or of another type.
        attribute: &'static str,
    },
}

impl StoreError {
    /// Returns the way out.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unavailable { .. } => {
                "check that the table exists and that the role may get, put, update and delete its items"
            }
            Self::Malformed { .. } => "delete the item, and let nothing else write to the table",
        }
    }
}
