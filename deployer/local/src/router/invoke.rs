//! The Invoke API: of the service for durable functions, of MiniStack for all others.

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::forward::forward;
use super::responses;
use super::shared::Router;
use crate::execution::InvokeRequest;
use crate::gateway::{DurableFunction, FunctionGateway as _, GatewayError};

/// The most that a payload may have. Lambda takes 6 MB, and says so better than a cut connection.
const LARGEST_PAYLOAD: usize = 7 * 1024 * 1024;

/// The most that Lambda takes of a payload that nobody waits for, and of others.
const LARGEST_ASYNCHRONOUS: usize = 1024 * 1024;
const LARGEST_SYNCHRONOUS: usize = 6 * 1024 * 1024;

pub(super) async fn invoke(router: &Router, function: &str, request: Request<Body>) -> Response {
    let qualifier = qualifier(request.uri().query());
    match router
        .functions
        .resolve(function, qualifier.as_deref())
        .await
    {
        Ok(Some(durable)) => invoke_durable(router, durable, request).await,
        // MiniStack also answers for what is not there, in its own words.
        Ok(None) | Err(GatewayError::NotFound { .. }) => match limited(request).await {
            Ok(request) => forward(&router.ministack, request).await,
            Err(refused) => refused,
        },
        Err(GatewayError::Refused { reason, .. }) => responses::error(
            StatusCode::BAD_REQUEST,
            "InvalidParameterValueException",
            &reason,
        ),
        Err(error) => responses::error(
            StatusCode::SERVICE_UNAVAILABLE,
            "ServiceException",
            &error.to_string(),
        ),
    }
}

/// Returns the request where its payload is one that Lambda takes; MiniStack takes every one.
async fn limited(request: Request<Body>) -> Result<Request<Body>, Response> {
    let (parts, body) = request.into_parts();
    let kind = header(&parts.headers, "x-amz-invocation-type");
    let limit = if kind.as_deref() == Some("Event") {
        LARGEST_ASYNCHRONOUS
    } else {
        LARGEST_SYNCHRONOUS
    };
    match axum::body::to_bytes(body, limit).await {
        Ok(payload) => Ok(Request::from_parts(parts, Body::from(payload))),
        Err(_) => Err(responses::error(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestTooLargeException",
            &format!("Request must be smaller than {limit} bytes for the InvokeFunction operation"),
        )),
    }
}

async fn invoke_durable(
    router: &Router,
    function: DurableFunction,
    request: Request<Body>,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(payload) = axum::body::to_bytes(body, LARGEST_PAYLOAD).await else {
        return responses::error(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestTooLargeException",
            "The payload is larger than 6 MB",
        );
    };
    let invocation_type = header(&parts.headers, "x-amz-invocation-type");
    if invocation_type.as_deref() == Some("DryRun") {
        let version = [("x-amz-executed-version", function.version.version)];
        return (StatusCode::NO_CONTENT, version).into_response();
    }
    if !router.start_limit.take() {
        return responses::error(
            StatusCode::TOO_MANY_REQUESTS,
            "TooManyRequestsException",
            "Rate exceeded",
        );
    }
    let request = InvokeRequest {
        invocation_type,
        durable_execution_name: header(&parts.headers, "x-amz-durable-execution-name"),
        payload,
        trace_header: header(&parts.headers, "x-amzn-trace-id"),
    };
    router.executions.invoke(function, request).await
}

fn qualifier(query: Option<&str>) -> Option<String> {
    form_urlencoded::parse(query?.as_bytes())
        .find(|(key, _)| key == "Qualifier")
        .map(|(_, value)| value.into_owned())
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_payload_is_as_large_as_lambda_takes_it() {
        for (kind, bytes, is_taken) in [
            ("Event", 1024 * 1024, true),
            ("Event", 1024 * 1024 + 1, false),
            ("RequestResponse", 6 * 1024 * 1024, true),
            ("RequestResponse", 6 * 1024 * 1024 + 1, false),
        ] {
            let request = Request::post("/").header("x-amz-invocation-type", kind);
            let request = request.body(Body::from("x".repeat(bytes))).unwrap();
            match limited(request).await {
                Ok(request) => {
                    let body = axum::body::to_bytes(request.into_body(), usize::MAX).await;
                    assert_eq!((body.unwrap().len(), is_taken), (bytes, true), "{kind}");
                }
                Err(refused) => {
                    assert_eq!(refused.status(), StatusCode::PAYLOAD_TOO_LARGE);
                    assert!(!is_taken, "{kind} {bytes}");
                }
            }
        }
    }

    #[test]
    fn the_qualifier_is_decoded() {
        assert_eq!(
            qualifier(Some("Qualifier=%24LATEST")).as_deref(),
            Some("$LATEST")
        );
        assert_eq!(
            qualifier(Some("a=b&Qualifier=live")).as_deref(),
            Some("live")
        );
        assert_eq!(qualifier(Some("qualifier=live")), None);
        assert_eq!(qualifier(None), None);
    }
}
