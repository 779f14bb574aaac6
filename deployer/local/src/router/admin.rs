//! The daemon's own requests: what it is, what roles were allowed, how fast executions start, and that it should stop.

use std::time::Instant;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;

use super::responses;
use super::shared::Router;
use super::start_limit::Wanted;
use crate::status::Status;

pub(super) async fn status(State(router): State<Router>) -> Response {
    let status = Status {
        executions: Some(router.executions.counts().await.into()),
        ..router.status.as_ref().clone()
    };
    match serde_json::to_string(&status) {
        Ok(document) => responses::document(StatusCode::OK, document),
        Err(error) => responses::error(
            StatusCode::INTERNAL_SERVER_ERROR,
            "ServiceException",
            &error.to_string(),
        ),
    }
}

/// Says which statements of the functions' roles were used, and what was denied.
pub(super) async fn access(State(router): State<Router>) -> Response {
    let decisions = match &router.access {
        Some(access) => access.decisions().await,
        None => None,
    };
    match decisions {
        Some(decisions) => responses::document(StatusCode::OK, decisions.to_string()),
        None => responses::error(
            StatusCode::NOT_FOUND,
            "ResourceNotFoundException",
            "The local target does not enforce roles",
        ),
    }
}

/// Limits the starts of durable executions.
pub(super) async fn limit_starts(State(router): State<Router>, body: Bytes) -> Response {
    match serde_json::from_slice::<Wanted>(&body) {
        Ok(wanted) => {
            router.start_limit.set(wanted.per_second, Instant::now());
            responses::document(StatusCode::OK, "{}".to_owned())
        }
        Err(error) => responses::error(
            StatusCode::BAD_REQUEST,
            "InvalidParameterValueException",
            &format!("Invalid limit: {error}"),
        ),
    }
}

pub(super) async fn stop(State(router): State<Router>, headers: HeaderMap) -> Response {
    // A page in a browser can send this request to any port of this machine, but not without
    // saying where it comes from.
    if headers.contains_key(header::ORIGIN) {
        return responses::error(
            StatusCode::FORBIDDEN,
            "AccessDeniedException",
            "A web page may not stop the local target",
        );
    }
    router.stop.notify_one();
    responses::document(StatusCode::ACCEPTED, "{}".to_owned())
}
