//! Passes requests on to MiniStack.

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::Response;

use super::responses;
use crate::ministack::MiniStackClient;

/// Headers that are about one connection and not about the request.
const OF_ONE_CONNECTION: [&str; 6] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "transfer-encoding",
    "upgrade",
];

/// Passes a request on and its answer back, both as streams.
pub(super) async fn forward(ministack: &MiniStackClient, mut request: Request<Body>) -> Response {
    remove_connection_headers(request.headers_mut());
    // The server has said `100 Continue` itself by the time that the body is read.
    request.headers_mut().remove(header::EXPECT);
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    match ministack.forward(request).await {
        Ok(mut response) => {
            remove_connection_headers(response.headers_mut());
            response
        }
        Err(error) => {
            tracing::warn!(%method, path, error = ?error, "a request did not reach MiniStack");
            responses::error(
                StatusCode::SERVICE_UNAVAILABLE,
                "ServiceUnavailableException",
                "MiniStack cannot be reached",
            )
        }
    }
}

fn remove_connection_headers(headers: &mut HeaderMap) {
    for name in OF_ONE_CONNECTION {
        headers.remove(name);
    }
}
