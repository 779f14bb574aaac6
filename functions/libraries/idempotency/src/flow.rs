//! Acquire, complete, release.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, millis};
use crate::error::Error;
use crate::record::{Lease, Record, Status};
use crate::store::{Insertion, Store, StoreError};

/// The first look and two more: whoever loses a race for an expired record sees it settled then.
const LOOKS: u32 = 3;

/// Idempotency over one store.
#[derive(Clone)]
pub struct Idempotency {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    window: Duration,
}

/// What came of asking for a piece of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acquisition {
    /// It is the caller's: do it, then complete or release the lease.
    Acquired(Lease),
    /// It was done before, with this result.
    Completed(Option<String>),
    /// Somebody else is at it.
    InProgress,
    /// The id is taken by work with another payload.
    PayloadMismatch,
}

impl Idempotency {
    /// Returns idempotency that remembers a piece of work for `window`.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, window: Duration) -> Self {
        Self {
            store,
            clock,
            window,
        }
    }

    /// Asks for the work `id`.
    ///
    /// `remaining` is the time after which the caller is certainly over, usually what is left
    /// of its invocation: from then on somebody else may take the work.
    pub async fn acquire(
        &self,
        id: &str,
        payload_hash: &str,
        remaining: Duration,
    ) -> Result<Acquisition, Error> {
        for _ in 0..LOOKS {
            let now = self.clock.now_millis();
            let in_progress_expiration = now.saturating_add(millis(remaining));
            let record = Record {
                id: id.to_owned(),
                status: Status::InProgress,
                expiration: self.expiration(now),
                in_progress_expiration: Some(in_progress_expiration),
                data: None,
                validation: Some(payload_hash.to_owned()),
            };
            let existing = match self.store.insert(&record, now).await {
                Ok(Insertion::Inserted) => {
                    return Ok(Acquisition::Acquired(Lease {
                        id: record.id,
                        in_progress_expiration,
                    }));
                }
                Ok(Insertion::Refused(Some(existing))) => Some(existing),
                Ok(Insertion::Refused(None)) => self
                    .store
                    .read(id)
                    .await
                    .map_err(|source| store_failed(id, source))?,
                Err(source) => return Err(store_failed(id, source)),
            };
            if let Some(acquisition) =
                existing.and_then(|record| not_acquired(record, payload_hash, now))
            {
                return Ok(acquisition);
            }
        }
        Err(Error::Inconsistent {
            id: id.to_owned(),
            attempts: LOOKS,
        })
    }

    /// Records the result of the work, for duplicates to come.
    pub async fn complete(&self, lease: &Lease, data: &str) -> Result<(), Error> {
        let expiration = self.expiration(self.clock.now_millis());
        let completed = self.store.complete(lease, data, expiration).await;
        require_held(lease, completed)
    }

    /// Gives the work back undone, so that a retry may run at once.
    pub async fn release(&self, lease: &Lease) -> Result<(), Error> {
        require_held(lease, self.store.delete(lease).await)
    }

    fn expiration(&self, now_millis: i64) -> i64 {
        now_millis
            .saturating_add(millis(self.window))
            .div_euclid(1000)
    }
}

/// Says what an existing record means, or nothing when it could have been taken just now.
fn not_acquired(existing: Record, payload_hash: &str, now_millis: i64) -> Option<Acquisition> {
    if existing.can_be_taken(now_millis) {
        return None;
    }
    if existing
        .validation
        .is_some_and(|validation| validation != payload_hash)
    {
        return Some(Acquisition::PayloadMismatch);
    }
    Some(match existing.status {
        Status::Completed => Acquisition::Completed(existing.data),
        Status::InProgress => Acquisition::InProgress,
    })
}

/// Fails unless the store says that the lease still held its record.
fn require_held(lease: &Lease, held: Result<bool, StoreError>) -> Result<(), Error> {
    match held {
        Ok(true) => Ok(()),
        Ok(false) => Err(Error::Superseded {
            id: lease.id.clone(),
        }),
        Err(source) => Err(store_failed(&lease.id, source)),
    }
}

fn store_failed(id: &str, source: StoreError) -> Error {
    Error::Store {
        id: id.to_owned(),
        source,
    }
}

impl std::fmt::Debug for Idempotency {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Idempotency")
            .field("clock", &self.clock)
            .field("window", &self.window)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
