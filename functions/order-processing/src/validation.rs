//! The first step: what is wrong with the order, and its record.

use std::sync::Arc;

use aws_durable_execution_sdk::OperationError;
use orders::Reason;
use orders::catalog::{look_up, quote};
use orders::journal::Opening;
use serde::{Deserialize, Serialize};
use steps::repeatable;

use crate::case::Case;
use crate::error::ServiceError;
use crate::operations;
use crate::retry;

/// What the first step found out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Validation {
    pub(crate) received_at: String,
    pub(crate) reasons: Vec<Reason>,
}

/// Finds every reason to reject the order, and opens its record.
pub(crate) async fn validate(case: &Case) -> Result<Validation, OperationError> {
    let services = Arc::clone(&case.services);
    let checked = case.checked.clone();
    let opening = opening(case);
    let body = async move {
        let failed = ServiceError::store(&opening.order_id);
        let mut reasons = checked.reasons;
        if !checked.products.is_empty() {
            let found = look_up(services.catalog.as_ref(), &checked.products).await;
            if let Err(unsold) = quote(&found.map_err(failed.clone())?) {
                reasons.extend(unsold);
            }
        }
        let now = services.clock.now();
        let received_at = services
            .journal
            .open(&opening, &now)
            .await
            .map_err(failed)?;
        tracing::info!(
            order_id = opening.order_id,
            reasons = reasons.len(),
            "order validated"
        );
        Ok::<_, ServiceError>(Validation {
            received_at,
            reasons,
        })
    };
    let schedule = retry::brief(case.services.longest_wait);
    repeatable(&case.context, operations::VALIDATE_ORDER, schedule, body).await
}

fn opening(case: &Case) -> Opening {
    Opening {
        order_id: case.order_id().to_owned(),
        execution: case.context.execution_arn().to_owned(),
        customer_id: case.checked.customer_id.clone(),
        payment_method: case.checked.payment_method.clone(),
        items: case.checked.items(),
    }
}
