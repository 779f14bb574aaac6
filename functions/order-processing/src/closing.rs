//! The last step: closing the order's record.

use std::sync::Arc;

use aws_durable_execution_sdk::{BoxError, OperationError, OperationErrorKind, TypedError};
use orders::journal::Closing;
use serde_json::{Value, json};
use steps::repeatable;

use crate::case::Case;
use crate::compensation::ToDo;
use crate::error::{OrderError, ServiceError, WorkerFailure};
use crate::forward::GivenUp;
use crate::operations;
use crate::outcome::{OrderResult, Outcome};
use crate::retry;

/// Records the outcome of an order, and returns what the execution succeeds with.
pub(crate) async fn record_result(
    case: &Case,
    outcome: Outcome,
    received_at: String,
) -> Result<OrderResult, BoxError> {
    let record = serde_json::to_value(&outcome)?;
    let finished_at = close(case, operations::RECORD_RESULT, outcome.status(), record).await?;
    Ok(OrderResult {
        order_id: case.order_id().to_owned(),
        outcome,
        received_at,
        finished_at,
    })
}

/// Records that a worker failed and everything is undone, and returns what the execution fails
/// with.
pub(crate) async fn record_failure(
    case: &Case,
    failure: WorkerFailure,
) -> Result<TypedError, OperationError> {
    close_failed(case, "failed", json!({"failure": failure})).await?;
    Ok(typed(OrderError::WorkerFailed {
        order_id: case.order_id().to_owned(),
        failure,
    }))
}

/// Leaves a record that a person can act on, and returns what the execution fails with.
pub(crate) async fn record_to_do(
    case: &Case,
    why: &GivenUp,
    left: &[ToDo],
) -> Result<TypedError, OperationError> {
    let record = match why {
        GivenUp::Refused(outcome) => json!({"because": outcome, "to_do": left}),
        GivenUp::Failed(failure) => json!({"failure": failure, "to_do": left}),
    };
    close_failed(case, "compensation_failed", record).await?;
    let left = left
        .iter()
        .map(|to_do| format!("{}, since {}", to_do.task, to_do.failure));
    Ok(typed(OrderError::CompensationFailed {
        order_id: case.order_id().to_owned(),
        left: left.collect(),
    }))
}

/// Closes the record of an order that failed. When that fails as well, the failure of the order is
/// still the one to tell.
async fn close_failed(
    case: &Case,
    status: &'static str,
    record: Value,
) -> Result<(), OperationError> {
    match close(case, operations::RECORD_FAILURE, status, record).await {
        Err(error) if !matches!(error.kind(), OperationErrorKind::Step(_)) => Err(error),
        _ => Ok(()),
    }
}

/// Closes the record, and returns when that was done first.
async fn close(
    case: &Case,
    operation: &str,
    status: &'static str,
    outcome: Value,
) -> Result<String, OperationError> {
    let services = Arc::clone(&case.services);
    let closing = Closing {
        order_id: case.order_id().to_owned(),
        execution: case.context.execution_arn().to_owned(),
        status,
        outcome,
    };
    let body = async move {
        let finished_at = services
            .journal
            .close(&closing, &services.clock.now())
            .await
            .map_err(ServiceError::store(&closing.order_id))?;
        tracing::info!(order_id = closing.order_id, status, "order closed");
        Ok::<_, ServiceError>(finished_at)
    };
    let schedule = retry::patient(case.services.longest_wait);
    repeatable(&case.context, operation, schedule, body).await
}

fn typed(error: OrderError) -> TypedError {
    TypedError::with_type(error.error_type(), error)
}
