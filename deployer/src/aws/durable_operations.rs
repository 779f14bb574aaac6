//! Stopping, pausing, resuming and deleting executions of durable functions.
//!
//! `aws-sdk-lambda` 1.156.0 knows the first of these alone. The other three are sent as if they were
//! that one, whose request is rewritten before it is signed: endpoint, credentials, signature, retries
//! and errors stay the SDK's own. [`Instead`] and what needs it go the day the SDK has the operations;
//! the functions here stay.

use aws_sdk_lambda::operation::stop_durable_execution::StopDurableExecutionError;
use aws_sdk_lambda::types::ErrorObject;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, Metadata};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use serde_json::json;

use super::clients::Clients;
use super::failure::{code_of, failed, is_missing, message_of};
use crate::error::Result;

/// What came of a request about one execution that the service understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// It was taken; the execution's status follows within moments.
    Done,
    /// The execution is not in a state for it: it is paused already, not paused, has ended, or has
    /// not. What the service says of it.
    Conflict(String),
    /// There is no such execution any more.
    Gone,
}

/// Stops an execution. One that has ended stays as it ended.
///
/// # Errors
///
/// The service or the network refused; [`Effect`] tells what is no failure.
pub async fn stop(clients: &Clients, arn: &str, error: ErrorObject) -> Result<Effect> {
    let request = clients.lambda.stop_durable_execution();
    let sent = request.durable_execution_arn(arn).error(error).send().await;
    effect(sent, arn, "stopped")
}

/// Pauses an execution, and its timeout with it; `reason`, of at most 1,024 characters, goes into its
/// history. A function that runs is let get to its next checkpoint.
///
/// # Errors
///
/// The service or the network refused; [`Effect`] tells what is no failure.
pub async fn pause(clients: &Clients, arn: &str, reason: Option<&str>) -> Result<Effect> {
    let pause = Instead {
        operation: "PauseDurableExecution",
        method: "POST",
        path: "/pause",
        body: Some(because(reason)),
    };
    effect(pause.send(clients, arn).await, arn, "paused")
}

/// Lets a paused execution go on; `reason`, of at most 1,024 characters, goes into its history.
///
/// # Errors
///
/// The service or the network refused; [`Effect`] tells what is no failure.
pub async fn resume(clients: &Clients, arn: &str, reason: Option<&str>) -> Result<Effect> {
    let resume = Instead {
        operation: "ResumeDurableExecution",
        method: "POST",
        path: "/resume",
        body: Some(because(reason)),
    };
    effect(resume.send(clients, arn).await, arn, "resumed")
}

/// Deletes an execution that has ended, with its history. The executions that it started stay.
///
/// # Errors
///
/// The service or the network refused; [`Effect`] tells what is no failure.
pub async fn delete(clients: &Clients, arn: &str) -> Result<Effect> {
    let delete = Instead {
        operation: "DeleteDurableExecution",
        method: "DELETE",
        path: "",
        body: None,
    };
    effect(delete.send(clients, arn).await, arn, "deleted")
}

/// Returns the body of a pause or its end. The token lets the SDK send it again unheard: without one,
/// a request whose answer was lost would be a conflict with itself.
fn because(reason: Option<&str>) -> String {
    let token = uuid::Uuid::new_v4().to_string();
    match reason {
        Some(reason) => json!({ "ClientToken": token, "Reason": reason }),
        None => json!({ "ClientToken": token }),
    }
    .to_string()
}

fn effect<T, R>(
    sent: Result<T, SdkError<StopDurableExecutionError, R>>,
    arn: &str,
    done: &str,
) -> Result<Effect>
where
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match sent {
        Ok(_) => Ok(Effect::Done),
        Err(error) if is_missing(&error) => Ok(Effect::Gone),
        Err(error) if code_of(&error) == Some("ResourceConflictException") => {
            Ok(Effect::Conflict(message_of(&error).to_owned()))
        }
        Err(error) => Err(failed(format!("the execution `{arn}` could not be {done}"))(error)),
    }
}

/// What a stop becomes.
#[derive(Debug, Clone)]
struct Instead {
    operation: &'static str,
    method: &'static str,
    /// What follows the execution in the path.
    path: &'static str,
    body: Option<String>,
}

impl Instead {
    async fn send(
        self,
        clients: &Clients,
        arn: &str,
    ) -> Result<(), SdkError<StopDurableExecutionError, HttpResponse>> {
        let stop = clients.lambda.stop_durable_execution();
        let stop = stop.durable_execution_arn(arn).customize();
        stop.interceptor(self).send().await.map(|_| ())
    }
}

impl Intercept for Instead {
    fn name(&self) -> &'static str {
        "Instead"
    }

    fn read_before_execution(
        &self,
        _context: &BeforeSerializationInterceptorContextRef<'_>,
        settings: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let metadata = Metadata::new(self.operation, "Lambda");
        settings.interceptor_state().store_put(metadata);
        Ok(())
    }

    // Here the request has no endpoint and no signature yet, and what it becomes is what is retried.
    fn modify_before_retry_loop(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _settings: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        let stop = request.uri().to_owned();
        let execution = stop
            .strip_suffix("/stop")
            .ok_or_else(|| format!("not the path of a stop: {stop}"))?;
        request.set_uri(format!("{execution}{}", self.path))?;
        request.set_method(self.method)?;
        let headers = request.headers_mut();
        if let Some(body) = &self.body {
            headers.insert("content-length", body.len().to_string());
            *request.body_mut() = SdkBody::from(body.as_str());
        } else {
            headers.remove("content-length");
            headers.remove("content-type");
            *request.body_mut() = SdkBody::empty();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
