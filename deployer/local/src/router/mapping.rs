//! New event source mappings: not for durable functions that run longer than 15 minutes.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::response::Response;
use serde_json::Value;

use super::forward::forward;
use super::responses;
use super::shared::Router;
use crate::gateway::FunctionGateway as _;

/// The longest that a mapping, which invokes synchronously, waits for an execution.
const LONGEST_SECONDS: u64 = 900;

const LARGEST_REQUEST: usize = 1024 * 1024;

pub(super) async fn create(router: &Router, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, LARGEST_REQUEST).await else {
        return responses::error(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestTooLargeException",
            "The request is larger than 1 MB",
        );
    };
    let mapping: Value = serde_json::from_slice(&body).unwrap_or_default();
    let function = mapping.get("FunctionName").and_then(Value::as_str);
    if let Some(function) = function
        && let Ok(Some(durable)) = router.functions.resolve(function, None).await
        && durable.execution_timeout_seconds > LONGEST_SECONDS
    {
        return responses::error(
            StatusCode::BAD_REQUEST,
            "InvalidParameterValueException",
            "You cannot create an event source mapping for a durable function \
             whose ExecutionTimeout is longer than 15 minutes",
        );
    }
    forward(
        &router.ministack,
        Request::from_parts(parts, Body::from(body)),
    )
    .await
}
