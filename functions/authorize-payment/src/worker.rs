//! Deciding about payments.

use std::sync::Arc;

use orders::catalog::{look_up, quote};
use orders::payment::{DeclineReason, PaymentRequest, PaymentStore};
use orders::record::{Recorded, fingerprint};
use orders::{Clock, Items, Payment, WorkerError};
use serde_json::Value;

/// Decides about payments.
#[derive(Clone)]
pub struct PaymentWorker {
    /// Where payments and prices are.
    pub store: Arc<dyn PaymentStore>,
    /// The most that an order may cost, in minor units.
    pub limit: u64,
    /// Tells when it was decided.
    pub clock: Clock,
}

impl PaymentWorker {
    /// Does what `request` says, once, and returns the payment as it stands then.
    pub async fn handle(&self, request: Value) -> Result<Payment, WorkerError> {
        let request: PaymentRequest =
            serde_json::from_value(request).map_err(WorkerError::InvalidRequest)?;
        match &request {
            PaymentRequest::Authorize {
                order_id, items, ..
            } => {
                let payment = self
                    .authorize(order_id, items, &fingerprint(&request))
                    .await?;
                log(order_id, &payment);
                Ok(payment)
            }
            PaymentRequest::Void { order_id } => {
                let payment = self
                    .store
                    .void(order_id, &self.clock.now())
                    .await
                    .map_err(WorkerError::store(order_id))?;
                log(order_id, &payment);
                Ok(payment)
            }
        }
    }

    async fn authorize(
        &self,
        order_id: &str,
        items: &Items,
        request: &str,
    ) -> Result<Payment, WorkerError> {
        let failed = || WorkerError::store(order_id);
        let found = look_up(self.store.as_ref(), items.as_slice())
            .await
            .map_err(failed())?;
        let now = self.clock.now();
        let decision = match quote(&found) {
            Err(reasons) => Payment::Rejected {
                reasons,
                rejected_at: now,
            },
            Ok(quote) if quote.amount > self.limit => Payment::Declined {
                reason: DeclineReason::OverLimit,
                amount: quote.amount,
                currency: quote.currency,
                declined_at: now,
            },
            Ok(quote) => Payment::Authorized {
                quote,
                authorized_at: now,
            },
        };
        self.store
            .decide(order_id, &Recorded::of(request, decision))
            .await
            .map_err(failed())?
            .answer_to(order_id, request)
    }
}

fn log(order_id: &str, payment: &Payment) {
    let (state, amount) = match payment {
        Payment::Authorized { quote, .. } => ("authorized", Some(quote.amount)),
        Payment::Declined { amount, .. } => ("declined", Some(*amount)),
        Payment::Rejected { .. } => ("rejected", None),
        Payment::Voided { amount, .. } => ("voided", Some(*amount)),
    };
    tracing::info!(order_id, state, amount, "payment");
}
