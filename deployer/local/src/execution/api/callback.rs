//! `SendDurableExecutionCallback` with success, failure or heartbeat.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use crate::execution::api::ApiError;
use crate::execution::api::answer;
use crate::execution::names;
use crate::execution::service::{Core, Entry};
use crate::execution::transition::{
    CallbackAnswer, CallbackRejection, LARGEST_PAYLOAD, answer_callback, beat,
};

const LONGEST_ID: usize = 1024;

/// Completes a callback with a result.
pub(crate) async fn succeed(
    State(core): State<Arc<Core>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Response, ApiError> {
    check_size(&body)?;
    let result = String::from_utf8(body.to_vec())
        .map_err(|_| ApiError::invalid("Callback result is not UTF-8"))?;
    let result = Some(result).filter(|result| !result.is_empty());
    answer(&core, &id, CallbackAnswer::Success(result))
}

/// Completes a callback with an error.
pub(crate) async fn fail(
    State(core): State<Arc<Core>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Response, ApiError> {
    check_size(&body)?;
    let text: &[u8] = if body.is_empty() { b"{}" } else { &body };
    let error = serde_json::from_slice(text)
        .map_err(|error| ApiError::invalid(format!("Invalid callback error: {error}")))?;
    answer(&core, &id, CallbackAnswer::Failure(error))
}

/// Puts the heartbeat timeout of a callback off.
pub(crate) async fn heartbeat(
    State(core): State<Arc<Core>>,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    let (entry, operation_id) = find(&core, &id)?;
    let mut cell = entry.lock();
    let change = beat(&cell.execution, &operation_id, core.now())?;
    core.commit(&entry, &mut cell, change)?;
    Ok(answer::json(StatusCode::OK, &json!({})))
}

fn answer(core: &Core, id: &str, answer: CallbackAnswer) -> Result<Response, ApiError> {
    let (entry, operation_id) = find(core, id)?;
    let mut cell = entry.lock();
    let change = answer_callback(&cell.execution, &operation_id, answer, core.now())?;
    core.commit_news(&entry, &mut cell, change)?;
    Ok(answer::json(StatusCode::OK, &json!({})))
}

fn find(core: &Core, id: &str) -> Result<(Arc<Entry>, String), ApiError> {
    if id.is_empty() || id.len() > LONGEST_ID {
        return Err(ApiError::invalid("Invalid callback id"));
    }
    let (execution, operation) = names::callback_target(id).ok_or(CallbackRejection::Unknown)?;
    let entry = core.get(&execution).ok_or(CallbackRejection::Unknown)?;
    Ok((entry, operation))
}

fn check_size(body: &Bytes) -> Result<(), ApiError> {
    if body.len() > LARGEST_PAYLOAD {
        let message = format!("Callback payload exceeds {LARGEST_PAYLOAD} bytes");
        return Err(ApiError::invalid(message));
    }
    Ok(())
}
