//! Answers in the shape of AWS's REST-JSON services.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Response as HttpResponse, StatusCode};
use axum::response::Response;
use serde::Serialize;

use crate::execution::names;

/// Answers with a document.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => bytes(status, body),
        Err(error) => bytes(
            StatusCode::INTERNAL_SERVER_ERROR,
            error.to_string().into_bytes(),
        ),
    }
}

/// Answers with a body that is JSON already.
pub(crate) fn bytes(status: StatusCode, body: Vec<u8>) -> Response {
    let mut response = HttpResponse::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    set(headers, "x-amzn-requestid", &names::unique());
    response
}

/// Sets a header, when its value can be one.
pub(crate) fn set(headers: &mut axum::http::HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
