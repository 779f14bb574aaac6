//! `Invoke` of a durable function: starts an execution, or finds the one that a name stands for.

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use crate::execution::api::ApiError;
use crate::execution::api::answer;
use crate::execution::model::{Execution, Outcome};
use crate::execution::names;
use crate::execution::service::{Core, Entry, InvokeRequest, NewExecution, UNQUALIFIED};
use crate::gateway::{DurableFunction, Qualification};

/// The longest execution that a caller may wait for.
const LONGEST_SYNCHRONOUS: u64 = 900;
const LARGEST_SYNCHRONOUS: usize = 6 * 1024 * 1024;
const LARGEST_ASYNCHRONOUS: usize = 1024 * 1024;

/// How the caller wants to invoke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    RequestResponse,
    Event,
    DryRun,
}

/// The body that tells of a function's failure.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FunctionError<'a> {
    error_message: Option<&'a str>,
    error_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stack_trace: Option<&'a [String]>,
}

/// Answers an Invoke request.
pub(crate) async fn invoke(
    core: &Arc<Core>,
    function: &DurableFunction,
    request: InvokeRequest,
) -> Response {
    match start(core, function, request) {
        Err(error) => error.into_response(),
        Ok(
            Started {
                mode: Mode::DryRun, ..
            }
            | Started { entry: None, .. },
        ) => answer::bytes(StatusCode::NO_CONTENT, Vec::new()),
        Ok(Started {
            mode: Mode::Event,
            entry: Some(entry),
        }) => {
            let response = answer::bytes(StatusCode::ACCEPTED, Vec::new());
            with_identity(response, &entry.lock().execution)
        }
        Ok(Started {
            mode: Mode::RequestResponse,
            entry: Some(entry),
        }) => wait(core, &entry).await,
    }
}

/// What a valid request led to.
struct Started {
    mode: Mode,
    entry: Option<Arc<Entry>>,
}

fn start(
    core: &Arc<Core>,
    function: &DurableFunction,
    request: InvokeRequest,
) -> Result<Started, ApiError> {
    let mode = mode(request.invocation_type.as_deref())?;
    if function.qualified_by == Qualification::Unqualified {
        return Err(ApiError::invalid(UNQUALIFIED));
    }
    if let Some(name) = &request.durable_execution_name
        && !names::is_execution_name(name)
    {
        return Err(ApiError::invalid(format!(
            "Invalid durable execution name `{name}`: it must match [a-zA-Z0-9-_]{{1,64}}"
        )));
    }
    if mode == Mode::RequestResponse && function.execution_timeout_seconds > LONGEST_SYNCHRONOUS {
        return Err(ApiError::invalid(
            "You cannot synchronously invoke a durable function with an executionTimeout \
             greater than 15 minutes",
        ));
    }
    let input = input(mode, &request.payload)?;
    if mode == Mode::DryRun {
        return Ok(Started { mode, entry: None });
    }
    let new = NewExecution {
        name: request.durable_execution_name,
        input,
        trace_header: request.trace_header,
    };
    let entry = core.start(function, new)?;
    Ok(Started {
        mode,
        entry: Some(entry),
    })
}

fn mode(invocation_type: Option<&str>) -> Result<Mode, ApiError> {
    match invocation_type {
        None | Some("" | "RequestResponse") => Ok(Mode::RequestResponse),
        Some("Event") => Ok(Mode::Event),
        Some("DryRun") => Ok(Mode::DryRun),
        Some(other) => Err(ApiError::invalid(format!(
            "Invalid invocation type: {other}"
        ))),
    }
}

fn input(mode: Mode, payload: &Bytes) -> Result<String, ApiError> {
    let limit = if mode == Mode::Event {
        LARGEST_ASYNCHRONOUS
    } else {
        LARGEST_SYNCHRONOUS
    };
    if payload.len() > limit {
        return Err(ApiError::too_large(limit));
    }
    if payload.is_empty() {
        return Ok("{}".to_owned());
    }
    serde_json::from_slice::<serde::de::IgnoredAny>(payload).map_err(|error| {
        ApiError::unreadable(format!("Could not parse request body into json: {error}"))
    })?;
    String::from_utf8(payload.to_vec())
        .map_err(|error| ApiError::unreadable(format!("Request body is not UTF-8: {error}")))
}

async fn wait(core: &Core, entry: &Entry) -> Response {
    let mut stopping = core.stopping.subscribe();
    tokio::select! {
        () = entry.wait_closed() => {}
        _ = stopping.wait_for(|stopping| *stopping) => {
            return ApiError::service("the durable execution service is closing").into_response();
        }
    }
    let cell = entry.lock();
    let outcome = cell
        .execution
        .closing
        .as_ref()
        .map(|closing| &closing.outcome);
    let response = match outcome {
        Some(Outcome::Failed(error) | Outcome::TimedOut(error) | Outcome::Stopped(error)) => {
            let body = FunctionError {
                error_message: error.error_message.as_deref(),
                error_type: error.error_type.as_deref(),
                stack_trace: error.stack_trace.as_deref(),
            };
            let mut response = answer::json(StatusCode::OK, &body);
            answer::set(response.headers_mut(), "x-amz-function-error", "Unhandled");
            response
        }
        Some(Outcome::Succeeded(result)) => {
            let result = result.clone().unwrap_or_else(|| "null".to_owned());
            answer::bytes(StatusCode::OK, result.into_bytes())
        }
        None => ApiError::service("execution has no outcome").into_response(),
    };
    with_identity(response, &cell.execution)
}

fn with_identity(mut response: Response, execution: &Execution) -> Response {
    let headers = response.headers_mut();
    answer::set(
        headers,
        "x-amz-durable-execution-arn",
        &execution.identity.arn,
    );
    answer::set(
        headers,
        "x-amz-executed-version",
        &execution.identity.version,
    );
    response
}
