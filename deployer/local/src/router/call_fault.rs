//! `POST /_local/call-faults`: kills the process of a function right after a call that it made.
//! `GET /_local/call-faults`: the faults that did not happen yet.
//!
//! What the call did stays done, and the process never hears of it: the hardest moment to die in.

use std::net::SocketAddr;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::{Request, StatusCode};
use axum::response::Response;

use super::forward::forward;
use super::responses;
use super::shared::Router;
use crate::gateway::FunctionGateway as _;

/// The most that a request may have that is searched for a text. DynamoDB takes 16 MB, functions send less.
const LARGEST_SEARCHED: usize = 4 * 1024 * 1024;

/// Registers a fault.
pub(super) async fn register(State(router): State<Router>, body: Bytes) -> Response {
    match serde_json::from_slice(&body) {
        Ok(fault) => {
            router.call_faults.register(fault);
            let mut taken = Response::new(Body::empty());
            *taken.status_mut() = StatusCode::NO_CONTENT;
            taken
        }
        Err(error) => responses::error(
            StatusCode::BAD_REQUEST,
            "InvalidParameterValueException",
            &format!("Invalid fault: {error}"),
        ),
    }
}

/// Lists the faults that did not happen yet.
pub(super) async fn pending(State(router): State<Router>) -> Response {
    let pending = router.call_faults.lock().clone();
    match serde_json::to_string(&pending) {
        Ok(document) => responses::document(StatusCode::OK, document),
        Err(error) => responses::error(
            StatusCode::INTERNAL_SERVER_ERROR,
            "ServiceException",
            &error.to_string(),
        ),
    }
}

/// Forwards a request, and kills who sent it where a fault waits for it.
pub(super) async fn forward_with_faults(router: &Router, request: Request<Body>) -> Response {
    let operation = operation(&request).to_owned();
    if !router.call_faults.awaits(&operation) {
        return forward(&router.ministack, request).await;
    }
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|peer| peer.0);
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, LARGEST_SEARCHED).await else {
        return responses::error(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestTooLargeException",
            "The request is too large to be searched for a fault",
        );
    };
    let fault = router
        .call_faults
        .take(&operation, &String::from_utf8_lossy(&body));
    let response = forward(
        &router.ministack,
        Request::from_parts(parts, Body::from(body)),
    )
    .await;
    if let Some(fault) = fault
        && let Err(error) = kill(router, peer).await
    {
        // Whoever asks whether it happened must not be told so.
        tracing::warn!(%error, "a fault did not happen");
        router.call_faults.register(fault);
    }
    response
}

async fn kill(router: &Router, peer: Option<SocketAddr>) -> Result<(), String> {
    let peer = peer.ok_or("the caller is not known")?;
    let killed = router.functions.kill_peer(peer).await;
    killed.map_err(|error| format!("{peer}: {error}"))
}

/// Returns the operation that a request of a JSON protocol names, such as `DynamoDB_20120810.PutItem`.
fn operation(request: &Request<Body>) -> &str {
    let target = request
        .headers()
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok());
    target
        .and_then(|target| target.rsplit('.').next())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::call_faults::{CallFault, CallFaults};
    use super::*;

    #[test]
    fn a_fault_happens_once_for_the_call_that_it_names() {
        let faults = CallFaults::default();
        faults.register(CallFault {
            after_call: "PutItem".to_owned(),
            containing: "order-1".to_owned(),
        });
        assert!(faults.awaits("PutItem"));
        assert!(!faults.awaits("GetItem"));
        assert_eq!(faults.take("PutItem", "order-2"), None);
        assert_eq!(faults.take("GetItem", "order-1"), None);
        assert_eq!(faults.lock().len(), 1, "it is pending");
        assert!(faults.take("PutItem", "{\"id\":\"order-1\"}").is_some());
        assert_eq!(
            faults.take("PutItem", "order-1"),
            None,
            "it happened already"
        );
        assert!(faults.lock().is_empty(), "it is not pending any more");
    }

    #[test]
    fn the_operation_is_the_last_part_of_the_target() {
        let request = |target: &str| {
            Request::builder()
                .header("x-amz-target", target)
                .body(Body::empty())
                .unwrap()
        };
        assert_eq!(operation(&request("DynamoDB_20120810.PutItem")), "PutItem");
        assert_eq!(operation(&Request::new(Body::empty())), "");
    }
}
