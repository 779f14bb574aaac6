//! The functions in MiniStack, as the durable execution service sees them.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::http::{Method, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::gateway::{
    DurableFunction, FunctionGateway, FunctionVersion, GatewayError, InvokeOutcome, StatusChange,
};
use crate::http::{Answer, BoxError};
use crate::ministack::MiniStackClient;
use crate::peer;
use crate::reference::{FunctionReference, unqualified_arn};

/// What AWS keeps a closed execution for when the function does not say.
const DEFAULT_RETENTION_DAYS: u64 = 14;

/// The default of a function's `Timeout`.
const DEFAULT_TIMEOUT_SECONDS: u64 = 3;

/// How many durable functions run at a time. Each is a process of this machine, and after a restart
/// every execution may want one at once; the others wait for their turn.
const MOST_INVOCATIONS: usize = 64;

/// The functions of a running MiniStack.
#[derive(Debug, Clone)]
pub(crate) struct FunctionHost {
    ministack: MiniStackClient,
    /// Where functions reach the router.
    router: SocketAddr,
    turns: Arc<Semaphore>,
}

impl FunctionHost {
    pub(crate) fn new(ministack: MiniStackClient, router: SocketAddr) -> Self {
        Self {
            ministack,
            router,
            turns: Arc::new(Semaphore::new(MOST_INVOCATIONS)),
        }
    }

    /// Reads the configuration of a function, at the version that the reference names.
    async fn configuration(
        &self,
        function: &str,
        reference: &FunctionReference,
    ) -> Result<Value, GatewayError> {
        let qualifier = reference.qualifier.as_deref();
        let path = function_path(&reference.name, "configuration", qualifier);
        let answer = self
            .ministack
            .call(Method::GET, &path, Vec::new())
            .await
            .map_err(|source| unavailable(function, source))?;
        check(function, &answer)?;
        Ok(answer.json())
    }

    async fn invoke_at(
        &self,
        name: &str,
        qualifier: Option<&str>,
        payload: Vec<u8>,
    ) -> Result<InvokeOutcome, GatewayError> {
        let path = function_path(name, "invocations", qualifier);
        let answer = self
            .ministack
            .call(Method::POST, &path, payload)
            .await
            .map_err(|source| unavailable(name, source))?;
        outcome(name, &answer)
    }
}

#[async_trait::async_trait]
impl FunctionGateway for FunctionHost {
    async fn resolve(
        &self,
        function: &str,
        qualifier: Option<&str>,
    ) -> Result<Option<DurableFunction>, GatewayError> {
        let Some(reference) = FunctionReference::parse(function).qualified(qualifier) else {
            return Err(GatewayError::Refused {
                target: function.to_owned(),
                reason: "the function name and the qualifier name different versions".to_owned(),
            });
        };
        let configuration = self.configuration(function, &reference).await?;
        Ok(durable_function(&reference, &configuration))
    }

    async fn version(&self, function: &str) -> Result<String, GatewayError> {
        let reference = FunctionReference::parse(function);
        let configuration = self.configuration(function, &reference).await?;
        Ok(version_of(&configuration))
    }

    async fn invoke(
        &self,
        function: &FunctionVersion,
        payload: Vec<u8>,
    ) -> Result<InvokeOutcome, GatewayError> {
        let turn = self.turns.acquire().await;
        let _turn = turn.map_err(|error| unavailable(&function.name, error.into()))?;
        let outcome = self
            .invoke_at(&function.name, Some(&function.version), payload)
            .await;
        outcome.map_err(|error| match error {
            // It was there when the execution started, so it was deleted. AWS would have let the
            // execution finish first; trying again until its timeout helps nobody.
            GatewayError::NotFound { function } => GatewayError::Refused {
                target: function,
                reason: "the function or its version has been deleted".to_owned(),
            },
            other => other,
        })
    }

    async fn invoke_plain(
        &self,
        function: &str,
        payload: Vec<u8>,
    ) -> Result<InvokeOutcome, GatewayError> {
        let reference = FunctionReference::parse(function);
        self.invoke_at(&reference.name, reference.qualifier.as_deref(), payload)
            .await
    }

    async fn publish_status_change(&self, change: &StatusChange) -> Result<(), GatewayError> {
        // MiniStack, like AWS, lets nobody else say `aws.lambda`, hence the launcher's own request.
        let body = json!({ "Entries": [event(change)] }).to_string();
        let answer = self
            .ministack
            .call(Method::POST, "/_deployer/events", body)
            .await
            .map_err(|source| unavailable(&change.execution_arn, source))?;
        if answer.status.is_server_error() {
            return Err(GatewayError::Unavailable {
                target: change.execution_arn.clone(),
                source: None,
            });
        }
        if answer.status.is_success() && number(&answer.json(), "FailedEntryCount") == Some(0) {
            return Ok(());
        }
        Err(GatewayError::Refused {
            target: change.execution_arn.clone(),
            reason: String::from_utf8_lossy(&answer.body).into_owned(),
        })
    }

    async fn kill_peer(&self, peer: SocketAddr) -> Result<(), GatewayError> {
        let ministack = self.ministack.current().map(|target| target.pid);
        let connection = peer::Connection {
            peer,
            own: self.router,
        };
        let killed = tokio::task::spawn_blocking(move || peer::kill(connection, ministack)).await;
        match killed {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(GatewayError::Refused {
                target: peer.to_string(),
                reason: error.to_string(),
            }),
            Err(error) => Err(unavailable(&peer.to_string(), error.into())),
        }
    }
}

fn function_path(name: &str, operation: &str, qualifier: Option<&str>) -> String {
    let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
    let mut path = format!("/2015-03-31/functions/{name}/{operation}");
    if let Some(qualifier) = qualifier {
        path.push_str("?Qualifier=");
        path.extend(utf8_percent_encode(qualifier, NON_ALPHANUMERIC));
    }
    path
}

fn durable_function(
    reference: &FunctionReference,
    configuration: &Value,
) -> Option<DurableFunction> {
    let durable = configuration.get("DurableConfig")?;
    let text = |key: &str| configuration.get(key).and_then(Value::as_str);
    let retention = number(durable, "RetentionPeriodInDays").unwrap_or(DEFAULT_RETENTION_DAYS);
    Some(DurableFunction {
        version: FunctionVersion {
            name: text("FunctionName").unwrap_or(&reference.name).to_owned(),
            version: version_of(configuration),
        },
        arn: unqualified_arn(text("FunctionArn").unwrap_or_default()),
        qualified_by: reference.qualification(),
        execution_timeout_seconds: number(durable, "ExecutionTimeout")?,
        retention_days: u32::try_from(retention).unwrap_or(u32::MAX),
        timeout_seconds: number(configuration, "Timeout").unwrap_or(DEFAULT_TIMEOUT_SECONDS),
    })
}

/// Returns the version that a configuration is of.
fn version_of(configuration: &Value) -> String {
    let version = configuration.get("Version").and_then(Value::as_str);
    version.unwrap_or("$LATEST").to_owned()
}

/// Reads a number that a template may have written as text.
fn number(parent: &Value, key: &str) -> Option<u64> {
    match parent.get(key)? {
        Value::String(text) => text.parse().ok(),
        other => other.as_u64(),
    }
}

fn outcome(function: &str, answer: &Answer) -> Result<InvokeOutcome, GatewayError> {
    check(function, answer)?;
    let payload = answer.body.to_vec();
    if !answer.headers.contains_key("x-amz-function-error") {
        return Ok(InvokeOutcome::Returned(payload));
    }
    let error = answer.json();
    let text = |key: &str, otherwise: &str| {
        let value = error.get(key).and_then(Value::as_str);
        value.unwrap_or(otherwise).to_owned()
    };
    Ok(InvokeOutcome::FunctionError {
        error_type: text("errorType", "Runtime.Unknown"),
        message: text("errorMessage", ""),
        payload,
    })
}

fn check(function: &str, answer: &Answer) -> Result<(), GatewayError> {
    let function = function.to_owned();
    match answer.status {
        status if status.is_success() => Ok(()),
        StatusCode::NOT_FOUND => Err(GatewayError::NotFound { function }),
        StatusCode::TOO_MANY_REQUESTS => Err(GatewayError::Throttled { function }),
        status if status.is_server_error() => Err(GatewayError::Unavailable {
            target: function,
            source: None,
        }),
        _ => Err(GatewayError::Refused {
            target: function,
            reason: String::from_utf8_lossy(&answer.body).into_owned(),
        }),
    }
}

fn event(change: &StatusChange) -> Value {
    let mut detail = json!({
        "durableExecutionArn": change.execution_arn,
        "durableExecutionName": change.execution_name,
        "functionArn": change.function_arn,
        "status": change.status,
        "startTimestamp": change.start_timestamp,
    });
    if let (Some(end), Some(fields)) = (&change.end_timestamp, detail.as_object_mut()) {
        fields.insert("endTimestamp".to_owned(), json!(end));
    }
    json!({
        "Source": "aws.lambda",
        "DetailType": "Durable Execution Status Change",
        "Resources": [change.execution_arn],
        "Detail": detail.to_string(),
    })
}

fn unavailable(target: &str, source: BoxError) -> GatewayError {
    GatewayError::Unavailable {
        target: target.to_owned(),
        source: Some(source),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use axum::http::HeaderMap;

    use super::*;
    use crate::gateway::Qualification;

    fn answer(status: u16, function_error: bool, body: &str) -> Answer {
        let mut headers = HeaderMap::new();
        if function_error {
            headers.insert("x-amz-function-error", "Unhandled".parse().unwrap());
        }
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers,
            body: Bytes::copy_from_slice(body.as_bytes()),
        }
    }

    #[test]
    fn an_alias_resolves_to_its_version() {
        let configuration = json!({
            "FunctionName": "f",
            "FunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:f:7",
            "Version": "7",
            "Timeout": 300,
            "DurableConfig": { "ExecutionTimeout": "90000", "RetentionPeriodInDays": 3 },
        });
        let reference = FunctionReference::parse("f:live");
        let function = durable_function(&reference, &configuration).unwrap();
        assert_eq!(function.version.version, "7");
        assert_eq!(
            function.arn,
            "arn:aws:lambda:us-east-1:000000000000:function:f"
        );
        assert_eq!(
            function.qualified_by,
            Qualification::Alias("live".to_owned())
        );
        assert_eq!(function.execution_timeout_seconds, 90_000);
        assert_eq!(
            (function.retention_days, function.timeout_seconds),
            (3, 300)
        );
    }

    #[test]
    fn a_function_without_durable_config_is_not_durable() {
        let reference = FunctionReference::parse("f");
        assert_eq!(
            durable_function(&reference, &json!({ "FunctionName": "f" })),
            None
        );
    }

    #[test]
    fn answers_become_outcomes() {
        assert_eq!(
            outcome("f", &answer(200, false, "{}")).unwrap(),
            InvokeOutcome::Returned(b"{}".to_vec())
        );
        let error = r#"{"errorType":"Runtime.ExitError","errorMessage":"exit status 101"}"#;
        assert!(matches!(
            outcome("f", &answer(200, true, error)).unwrap(),
            InvokeOutcome::FunctionError { error_type, .. } if error_type == "Runtime.ExitError"
        ));
        let gone = outcome("f", &answer(404, false, "{}")).unwrap_err();
        assert!(matches!(&gone, GatewayError::NotFound { .. }) && !gone.is_retryable());
        assert!(
            outcome("f", &answer(429, false, ""))
                .unwrap_err()
                .is_retryable()
        );
        assert!(
            outcome("f", &answer(503, false, ""))
                .unwrap_err()
                .is_retryable()
        );
        assert!(
            !outcome("f", &answer(400, false, ""))
                .unwrap_err()
                .is_retryable()
        );
    }

    #[test]
    fn paths_are_encoded() {
        assert_eq!(
            function_path("a_b", "invocations", Some("$LATEST")),
            "/2015-03-31/functions/a%5Fb/invocations?Qualifier=%24LATEST"
        );
    }
}
