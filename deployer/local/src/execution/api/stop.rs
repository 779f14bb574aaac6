//! `StopDurableExecution`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use durable_history::ErrorObject;
use serde_json::json;

use crate::execution::api::ApiError;
use crate::execution::api::answer;
use crate::execution::api::request;
use crate::execution::service::Core;
use crate::execution::transition;

/// Stops an execution. One that is over already stays as it ended, and tells when that was.
pub(crate) async fn stop(
    State(core): State<Arc<Core>>,
    Path(arn): Path<String>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let error: Option<ErrorObject> = match body.as_ref() {
        b"" | b"{}" => None,
        text => serde_json::from_slice(text)
            .map_err(|error| ApiError::invalid(format!("Invalid error: {error}")))?,
    };
    let entry = request::find(&core, &arn)?;
    let mut cell = entry.lock();
    let now = core.now();
    let change = transition::stop(&cell.execution, error, now);
    core.commit(&entry, &mut cell, change)?;
    let at = cell
        .execution
        .closing
        .as_ref()
        .map_or(now, |closing| closing.at);
    Ok(answer::json(StatusCode::OK, &json!({"StopTimestamp": at})))
}
