//! Moving stock.

use std::sync::Arc;

use orders::allocation::{AllocationRequest, AllocationStore, Taking};
use orders::contention::retry_contended;
use orders::record::{Recorded, fingerprint};
use orders::{Allocation, Clock, Items, WorkerError};
use serde_json::Value;

/// Moves stock.
#[derive(Clone)]
pub struct AllocationWorker {
    /// Where stock and allocations are.
    pub store: Arc<dyn AllocationStore>,
    /// Tells when it was moved.
    pub clock: Clock,
}

impl AllocationWorker {
    /// Does what `request` says, once, and returns the allocation as it stands then.
    pub async fn handle(&self, request: Value) -> Result<Allocation, WorkerError> {
        let request: AllocationRequest =
            serde_json::from_value(request).map_err(WorkerError::InvalidRequest)?;
        match &request {
            AllocationRequest::Allocate { order_id, items } => {
                let allocation = self
                    .allocate(order_id, items, &fingerprint(&request))
                    .await?;
                log(order_id, &allocation);
                Ok(allocation)
            }
            AllocationRequest::Release { order_id } => {
                let now = self.clock.now();
                let allocation = retry_contended(order_id, || self.store.release(order_id, &now))
                    .await
                    .map_err(WorkerError::store(order_id))?;
                log(order_id, &allocation);
                Ok(allocation)
            }
        }
    }

    async fn allocate(
        &self,
        order_id: &str,
        items: &Items,
        request: &str,
    ) -> Result<Allocation, WorkerError> {
        let failed = || WorkerError::store(order_id);
        let now = self.clock.now();
        let taking = retry_contended(order_id, || self.store.take(order_id, request, items, &now))
            .await
            .map_err(failed())?;
        let standing = match taking {
            Taking::Recorded(standing) => standing,
            Taking::Short(short) => {
                let refusal = Recorded::of(
                    request,
                    Allocation::Unavailable {
                        short,
                        refused_at: now,
                    },
                );
                retry_contended(order_id, || self.store.refuse(order_id, &refusal))
                    .await
                    .map_err(failed())?
            }
        };
        standing.answer_to(order_id, request)
    }
}

fn log(order_id: &str, allocation: &Allocation) {
    let state = match allocation {
        Allocation::Allocated { .. } => "allocated",
        Allocation::Unavailable { .. } => "unavailable",
        Allocation::Released { .. } => "released",
    };
    tracing::info!(order_id, state, "allocation");
}
