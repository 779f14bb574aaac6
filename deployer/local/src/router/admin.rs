//! The daemon's own requests: what it is, and that it should stop.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;

use super::responses;
use super::shared::Router;
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
