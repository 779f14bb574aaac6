//! What can go wrong between the work and its record.

use crate::store::StoreError;

/// A failure to take, complete or release a record.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The store failed.
    #[error("the idempotency store failed for `{id}`")]
    Store {
        /// The record.
        id: String,
        /// The store's own error.
        #[source]
        source: StoreError,
    },
    /// The record kept changing hands while it was looked at.
    #[error("idempotency record `{id}` changed hands during every one of {attempts} looks")]
    Inconsistent {
        /// The record.
        id: String,
        /// How often it was looked at.
        attempts: u32,
    },
    /// Somebody else took the record, since this holder's time was over.
    #[error("idempotency record `{id}` is held by somebody else by now")]
    Superseded {
        /// The record.
        id: String,
    },
}

impl Error {
    /// Returns the way out.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Store { source, .. } => source.hint(),
            Self::Inconsistent { .. } => "try again; the record settles when its holder is done",
            Self::Superseded { .. } => "raise the function's timeout, or give it less work at once",
        }
    }
}
