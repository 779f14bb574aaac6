//! What goes over the wire, seen by a server of the test's own.

use std::sync::{Arc, Mutex};

use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use super::{Clients, Effect, delete, pause, resume, stop};
use crate::aws::served;

const ARN: &str =
    "arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST/durable-execution/tx-1/4a";
const PATH: &str = "/2025-12-01/durable-executions/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Af%3A%24LATEST%2Fdurable-execution%2Ftx-1%2F4a";

/// A request as it arrived.
#[derive(Debug, Clone)]
struct Seen {
    line: String,
    authorization: String,
    content_type: Option<String>,
    body: Bytes,
}

/// A Lambda that answers what it is told to, the last answer for ever.
struct Lambda {
    clients: Clients,
    seen: Arc<Mutex<Vec<Seen>>>,
}

type Answers = &'static [(u16, &'static str, &'static str)];

impl Lambda {
    async fn answering(answers: Answers) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let server = axum::Router::new()
            .fallback(answer)
            .with_state((Arc::clone(&seen), answers));
        let clients = served(server).await;
        Self { clients, seen }
    }

    /// Returns all requests that arrived.
    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

async fn answer(
    State((seen, answers)): State<(Arc<Mutex<Vec<Seen>>>, Answers)>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let header = |name: &str| Some(head.headers.get(name)?.to_str().ok()?.to_owned());
    let arrived = Seen {
        line: format!("{} {}", head.method, head.uri),
        authorization: header("authorization").unwrap_or_default(),
        content_type: header("content-type"),
        body: to_bytes(body, 10_000).await.unwrap(),
    };
    let mut seen = seen.lock().unwrap();
    let (status, kind, body) = answers[seen.len().min(answers.len() - 1)];
    seen.push(arrived);
    let status = StatusCode::from_u16(status).unwrap();
    (status, [("x-amzn-errortype", kind)], body).into_response()
}

const ACCEPTED: Answers = &[(202, "", "")];

#[tokio::test]
async fn each_operation_is_sent_as_the_api_describes_it_and_signed_for_lambda() {
    let lambda = Lambda::answering(ACCEPTED).await;
    let clients = &lambda.clients;
    assert_eq!(
        pause(clients, ARN, Some("why \"so\"")).await.unwrap(),
        Effect::Done
    );
    assert_eq!(resume(clients, ARN, None).await.unwrap(), Effect::Done);
    assert_eq!(delete(clients, ARN).await.unwrap(), Effect::Done);
    let seen = lambda.seen();
    let lines: Vec<&str> = seen.iter().map(|seen| seen.line.as_str()).collect();
    assert_eq!(
        lines,
        [
            format!("POST {PATH}/pause"),
            format!("POST {PATH}/resume"),
            format!("DELETE {PATH}"),
        ]
    );
    for request in &seen {
        let scope = "/us-east-1/lambda/aws4_request";
        let signed = request
            .authorization
            .starts_with("AWS4-HMAC-SHA256 Credential=")
            && request.authorization.contains(scope);
        assert!(signed, "{}", request.authorization);
    }
    let body = |at: usize| serde_json::from_slice::<Value>(&seen[at].body).unwrap();
    let (first, second) = (body(0), body(1));
    let token = first["ClientToken"].as_str().unwrap();
    assert_eq!(
        first,
        json!({ "ClientToken": token, "Reason": "why \"so\"" })
    );
    assert_eq!(second.get("Reason"), None);
    assert_ne!(second["ClientToken"], token);
    assert!(seen[2].body.is_empty());
    assert_eq!(seen[0].content_type.as_deref(), Some("application/json"));
    assert_eq!(seen[2].content_type, None);
}

#[tokio::test]
async fn a_stop_carries_its_error() {
    let lambda = Lambda::answering(&[(200, "", r#"{"StopTimestamp": 1}"#)]).await;
    let error = aws_sdk_lambda::types::ErrorObject::builder()
        .error_type("Stopped")
        .build();
    assert_eq!(
        stop(&lambda.clients, ARN, error).await.unwrap(),
        Effect::Done
    );
    let seen = lambda.seen();
    assert_eq!(seen[0].line, format!("POST {PATH}/stop"));
    assert_eq!(&seen[0].body[..], br#"{"ErrorType":"Stopped"}"#);
}

#[tokio::test]
async fn another_state_and_an_execution_that_is_gone_are_no_failures() {
    let conflict: Answers = &[(
        409,
        "ResourceConflictException",
        r#"{"message": "is paused"}"#,
    )];
    let lambda = Lambda::answering(conflict).await;
    let effect = pause(&lambda.clients, ARN, None).await.unwrap();
    assert_eq!(effect, Effect::Conflict("is paused".into()));
    let effect = delete(&lambda.clients, ARN).await.unwrap();
    assert_eq!(effect, Effect::Conflict("is paused".into()));
    assert_eq!(lambda.seen().len(), 2, "a conflict is not tried again");
    let gone: Answers = &[(404, "ResourceNotFoundException", r#"{"Message": "no"}"#)];
    let lambda = Lambda::answering(gone).await;
    let effect = resume(&lambda.clients, ARN, None).await.unwrap();
    assert_eq!(effect, Effect::Gone);
}

#[tokio::test]
async fn a_busy_service_is_asked_again_with_the_same_token_and_a_refusal_is_a_failure() {
    let lambda = Lambda::answering(&[
        (429, "TooManyRequestsException", "{}"),
        (202, "", ""),
        (
            400,
            "InvalidParameterValueException",
            r#"{"message": "wrong"}"#,
        ),
    ])
    .await;
    let effect = pause(&lambda.clients, ARN, None).await.unwrap();
    assert_eq!(effect, Effect::Done);
    let seen = lambda.seen();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0].body, seen[1].body);
    assert_eq!(seen[0].line, seen[1].line);
    let error = pause(&lambda.clients, ARN, None).await.unwrap_err();
    let text = format!("{error:?}");
    assert!(
        text.contains("could not be paused") && text.contains("wrong"),
        "{text}"
    );
}
