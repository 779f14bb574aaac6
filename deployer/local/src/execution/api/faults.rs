//! `POST /_local/faults`: kills the process of a function right after one of its steps, or stops its execution.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;

use crate::execution::api::ApiError;
use crate::execution::service::{Core, Fault};

/// A fault to inject once.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    execution_name: String,
    after_step: String,
    /// Whether the execution is stopped, and no process killed.
    #[serde(default)]
    stop: bool,
}

/// Registers a fault; the execution need not exist yet.
pub(crate) async fn register(
    State(core): State<Arc<Core>>,
    body: Bytes,
) -> Result<StatusCode, ApiError> {
    let request: Request = serde_json::from_slice(&body)
        .map_err(|error| ApiError::invalid(format!("Invalid fault: {error}")))?;
    let fault = if request.stop {
        Fault::Stop
    } else {
        Fault::Kill
    };
    core.faults
        .register(request.execution_name, request.after_step, fault);
    Ok(StatusCode::NO_CONTENT)
}
