//! Errors of the router's own, in the shape of AWS's REST-JSON services.

use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::Response;
use serde_json::json;

/// Makes the answer for an error that AWS would report under `kind`.
pub(super) fn error(status: StatusCode, kind: &'static str, message: &str) -> Response {
    let body = json!({ "Type": "User", "Message": message, "message": message }).to_string();
    let mut response = document(status, body);
    let kind = header::HeaderValue::from_static(kind);
    response.headers_mut().insert("x-amzn-errortype", kind);
    response
}

/// Makes the answer of a JSON document.
pub(super) fn document(status: StatusCode, json: String) -> Response {
    let mut response = Response::new(Body::from(json));
    *response.status_mut() = status;
    let json = header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
