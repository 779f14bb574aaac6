//! `PauseDurableExecution` and `ResumeDurableExecution`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::execution::api::ApiError;
use crate::execution::api::answer;
use crate::execution::api::request;
use crate::execution::pausing::Wish;
use crate::execution::service::Core;
use crate::execution::transition;

const LONGEST_REASON: usize = 1024;
const LONGEST_TOKEN: usize = 64;

/// The body of both requests; only a pause has to do with the timeout.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    #[serde(default)]
    client_token: Option<String>,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    execution_timeout_paused: Option<bool>,
}

/// Pauses an execution, at once or when its invocation gets to a checkpoint.
pub(crate) async fn pause(
    State(core): State<Arc<Core>>,
    Path(arn): Path<String>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let request = read(&body)?;
    let wish = Wish::Pause {
        reason: request.reason,
        stops_timeout: request.execution_timeout_paused.unwrap_or(true),
    };
    carry_out(&core, &arn, request.client_token.as_deref(), wish)
}

/// Lets a paused execution go on.
pub(crate) async fn resume(
    State(core): State<Arc<Core>>,
    Path(arn): Path<String>,
    body: Bytes,
) -> Result<Response, ApiError> {
    let request = read(&body)?;
    let wish = Wish::Resume {
        reason: request.reason,
    };
    carry_out(&core, &arn, request.client_token.as_deref(), wish)
}

fn read(body: &Bytes) -> Result<Request, ApiError> {
    if body.is_empty() {
        return Ok(Request::default());
    }
    let request: Request = serde_json::from_slice(body)
        .map_err(|error| ApiError::invalid(format!("Invalid request: {error}")))?;
    let too_long = |reason: &String| reason.chars().count() > LONGEST_REASON;
    if request.reason.as_ref().is_some_and(too_long) {
        return Err(ApiError::invalid(format!(
            "Reason exceeds {LONGEST_REASON} characters"
        )));
    }
    let wrong = |token: &String| {
        !(1..=LONGEST_TOKEN).contains(&token.len())
            || !token.bytes().all(|byte| byte.is_ascii_graphic())
    };
    if request.client_token.as_ref().is_some_and(wrong) {
        return Err(ApiError::invalid("Invalid ClientToken"));
    }
    Ok(request)
}

fn carry_out(
    core: &Core,
    arn: &str,
    client_token: Option<&str>,
    wish: Wish,
) -> Result<Response, ApiError> {
    let entry = request::find(core, arn)?;
    let mut cell = entry.lock();
    let change = transition::pause_or_resume(&cell.execution, client_token, wish, core.now())?;
    core.commit(&entry, &mut cell, change)?;
    Ok(answer::bytes(StatusCode::ACCEPTED, Vec::new()))
}
