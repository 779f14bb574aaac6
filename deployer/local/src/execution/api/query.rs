//! `GetDurableExecution` and `GetDurableExecutionState`.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use durable_history::{ErrorObject, Timestamp};
use serde::Serialize;

use crate::execution::api::ApiError;
use crate::execution::api::answer;
use crate::execution::api::request::{self, Query};
use crate::execution::model::{Execution, Outcome};
use crate::execution::service::Core;
use crate::execution::state;
use crate::execution::transition::Rejection;

/// Describes one execution.
pub(crate) async fn get_execution(
    State(core): State<Arc<Core>>,
    Path(arn): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let with_data = Query::new(query.as_deref()).switch("IncludeExecutionData", true)?;
    let entry = request::find(&core, &arn)?;
    let cell = entry.lock();
    Ok(answer::json(
        StatusCode::OK,
        &describe(&cell.execution, with_data),
    ))
}

/// The description of an execution.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Description<'a> {
    durable_execution_arn: &'a str,
    durable_execution_name: &'a str,
    function_arn: String,
    start_timestamp: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_timestamp: Option<Timestamp>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pause_details: Option<PauseDetails<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected_execution_timeout_timestamp: Option<Timestamp>,
    version: &'a str,
    execution_data_included: bool,
    durable_config: DurableConfig,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_header: Option<TraceHeader<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    input_payload: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a ErrorObject>,
}

/// The pause of an execution that is paused or pausing.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PauseDetails<'a> {
    pause_request_timestamp: Timestamp,
    execution_timeout_paused: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DurableConfig {
    retention_period_in_days: u32,
    execution_timeout: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TraceHeader<'a> {
    x_amzn_trace_id: &'a str,
}

fn describe(execution: &Execution, with_data: bool) -> Description<'_> {
    let identity = &execution.identity;
    let closing = execution.closing.as_ref();
    let (result, error) = match closing.map(|closing| &closing.outcome) {
        Some(Outcome::Succeeded(result)) => (result.as_deref(), None),
        Some(Outcome::Failed(error) | Outcome::TimedOut(error) | Outcome::Stopped(error)) => {
            (None, Some(error))
        }
        None => (None, None),
    };
    let trace = identity.trace_header.as_deref();
    Description {
        durable_execution_arn: &identity.arn,
        durable_execution_name: &identity.name,
        function_arn: identity.qualified_function_arn(),
        start_timestamp: execution.started_at,
        end_timestamp: closing.map(|closing| closing.at),
        status: execution.status().as_str(),
        pause_details: execution.pause().map(|pause| PauseDetails {
            pause_request_timestamp: pause.requested_at,
            execution_timeout_paused: pause.stops_timeout,
            reason: pause.reason.as_deref().filter(|_| with_data),
        }),
        expected_execution_timeout_timestamp: match closing {
            None => Some(execution.times_out_at()),
            Some(_) => None,
        },
        version: &identity.version,
        execution_data_included: with_data,
        durable_config: DurableConfig {
            retention_period_in_days: identity.retention_days,
            execution_timeout: identity.execution_timeout_seconds,
        },
        trace_header: trace.map(|x_amzn_trace_id| TraceHeader { x_amzn_trace_id }),
        input_payload: with_data.then_some(identity.input.as_str()),
        result: result.filter(|_| with_data),
        error: error.filter(|_| with_data),
    }
}

/// Gives a running function its state, in pages.
pub(crate) async fn get_state(
    State(core): State<Arc<Core>>,
    Path(arn): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let query = Query::new(query.as_deref());
    let most = query.max_items()?;
    let entry = core.find(&arn).ok_or(Rejection::StaleToken)?;
    let cell = entry.lock();
    if cell.token.is_none() || cell.token.as_deref() != query.get("CheckpointToken") {
        return Err(Rejection::StaleToken.into());
    }
    let page = state::page(&cell.execution, query.get("Marker"), most)
        .ok_or_else(|| ApiError::invalid("Invalid Marker"))?;
    Ok(answer::json(StatusCode::OK, &page))
}
