//! IAM for the durable execution service, which MiniStack knows nothing of: what a function asks of it must be
//! allowed to the function's role. Everything else MiniStack checks itself.
//!
//! Requests are authorized against the durable execution's ARN, which carries a version and never an alias, so
//! a policy for an unqualified name matches none of them.
//!
//! Source: "Security and permissions for Lambda durable functions" in the AWS Lambda Developer Guide.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Method, Request, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::question::{Question, questions};
use super::responses;
use crate::execution::ExecutionService;
use crate::ministack::MiniStackClient;

/// How the keys of functions begin.
const TEMPORARY_KEY: &str = "ASIA";

/// For how long a decision holds.
const HOLDS: Duration = Duration::from_secs(1);

/// The most decisions that are kept.
const MOST: usize = 10_000;

/// The largest body that is looked into for functions that it invokes.
const LARGEST_BODY: usize = 32 * 1024 * 1024;

/// Asks whether a role may.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    ministack: MiniStackClient,
    executions: ExecutionService,
    region: String,
    account: String,
    decisions: Arc<Mutex<Decisions>>,
}

/// What was decided of a key's questions, and when.
type Decisions = HashMap<(String, Question), (Instant, Decision)>;

#[derive(Debug, Clone, Deserialize)]
struct Decision {
    allowed: bool,
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
}

impl Access {
    pub(crate) fn new(
        ministack: MiniStackClient,
        executions: ExecutionService,
        region: &str,
        account: &str,
    ) -> Self {
        Self {
            ministack,
            executions,
            region: region.to_owned(),
            account: account.to_owned(),
            decisions: Arc::default(),
        }
    }

    async fn decide(&self, key: &str, question: Question) -> Result<Decision, String> {
        let known = (key.to_owned(), question);
        {
            let decisions = self
                .decisions
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if let Some((at, decision)) = decisions.get(&known)
                && at.elapsed() < HOLDS
            {
                return Ok(decision.clone());
            }
        }
        let (_, Question { action, resource }) = &known;
        let body = json!({ "key": key, "action": action, "resource": resource }).to_string();
        let answer = self
            .ministack
            .call(Method::POST, "/_deployer/authorize", body)
            .await
            .map_err(|error| error.to_string())?;
        let decision: Decision =
            serde_json::from_slice(&answer.body).map_err(|error| error.to_string())?;
        let mut decisions = self
            .decisions
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if decisions.len() >= MOST {
            decisions.clear();
        }
        decisions.insert(known, (Instant::now(), decision.clone()));
        Ok(decision)
    }

    /// Returns what MiniStack keeps of all decisions: which statements were used, and what was denied.
    pub(super) async fn decisions(&self) -> Option<Value> {
        let asked = self
            .ministack
            .call(Method::GET, "/_deployer/access", Body::empty());
        Some(asked.await.ok()?.json())
    }

    /// Returns the answer to a request that is not allowed.
    async fn refusal(&self, key: &str, asked: Vec<Question>) -> Option<Response> {
        for question in asked {
            match self.decide(key, question).await {
                Ok(decision) if decision.allowed => {}
                Ok(Decision { code, message, .. }) => {
                    let kind = if code == "AccessDeniedException" {
                        "AccessDeniedException"
                    } else {
                        "UnrecognizedClientException"
                    };
                    return Some(responses::error(StatusCode::FORBIDDEN, kind, &message));
                }
                Err(error) => {
                    tracing::warn!(error, "MiniStack did not say whether a role may");
                    return Some(responses::error(
                        StatusCode::SERVICE_UNAVAILABLE,
                        "ServiceException",
                        "MiniStack cannot be reached",
                    ));
                }
            }
        }
        None
    }
}

/// Lets a request through that its caller may make.
pub(crate) async fn authorize(
    State(access): State<Access>,
    request: Request<Body>,
    next: Next,
) -> Response {
    let Some(key) = key_of_function(&request) else {
        return next.run(request).await;
    };
    let (parts, body) = request.into_parts();
    // What a checkpoint invokes stands in its body.
    let (body, text) = if parts.uri.path().ends_with("/checkpoint") {
        match axum::body::to_bytes(body, LARGEST_BODY).await {
            Ok(bytes) => (Body::from(bytes.clone()), bytes),
            Err(error) => {
                return responses::error(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "RequestTooLargeException",
                    &error.to_string(),
                );
            }
        }
    } else {
        (body, Bytes::new())
    };
    let names = (access.region.as_str(), access.account.as_str());
    let asked = questions(&parts.method, &parts.uri, &text, names, |callback| {
        access.executions.waiting_for(callback)
    });
    match access.refusal(&key, asked).await {
        Some(refusal) => refusal,
        None => next.run(Request::from_parts(parts, body)).await,
    }
}

/// Returns the key that a request is signed with, if it is a function's.
fn key_of_function<B>(request: &Request<B>) -> Option<String> {
    let signed = request
        .headers()
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?;
    let (_, credential) = signed.split_once("Credential=")?;
    let (key, _) = credential.split_once('/')?;
    key.starts_with(TEMPORARY_KEY).then(|| key.to_owned())
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::key_of_function;

    #[test]
    fn only_functions_have_temporary_keys() {
        let key = |authorization: &str| {
            let request = Request::builder().header("authorization", authorization);
            key_of_function(&request.body(()).unwrap())
        };
        let signed = |key: &str| {
            format!("AWS4-HMAC-SHA256 Credential={key}/20260101/r/lambda/aws4_request, Signature=0")
        };
        assert_eq!(key(&signed("ASIA0F")).as_deref(), Some("ASIA0F"));
        assert_eq!(key(&signed("000000000000")), None);
        assert_eq!(key("Bearer x"), None);
    }
}
