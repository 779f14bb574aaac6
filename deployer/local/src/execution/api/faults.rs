//! `POST /_local/faults`: kills the process of a function right after one of its steps.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;

use crate::execution::api::ApiError;
use crate::execution::service::Core;

/// A fault to inject once.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    execution_name: String,
    after_step: String,
}

/// Registers a fault; the execution need not exist yet.
pub(crate) async fn register(
    State(core): State<Arc<Core>>,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    let fault: Fault = serde_json::from_slice(&body)
        .map_err(|error| ApiError::invalid(format!("Invalid fault: {error}")))?;
    core.faults.register(fault.execution_name, fault.after_step);
    Ok(StatusCode::NO_CONTENT)
}
