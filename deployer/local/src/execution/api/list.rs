//! `ListDurableExecutionsByFunction`.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use durable_history::Timestamp;
use serde::Serialize;

use crate::execution::api::ApiError;
use crate::execution::api::answer;
use crate::execution::api::request::Query;
use crate::execution::model::Execution;
use crate::execution::names;
use crate::execution::service::Core;

/// The statuses that a list may be asked for. Nothing is ever paused here.
const STATUSES: [&str; 7] = [
    "RUNNING",
    "PAUSING",
    "PAUSED",
    "SUCCEEDED",
    "FAILED",
    "TIMED_OUT",
    "STOPPED",
];

/// Which executions are asked for.
struct Filter {
    function_name: String,
    version: Option<String>,
    name: Option<String>,
    statuses: Vec<String>,
    after: Option<Timestamp>,
    before: Option<Timestamp>,
}

/// One execution in the list.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Item {
    #[serde(skip)]
    id: String,
    durable_execution_arn: String,
    durable_execution_name: String,
    function_arn: String,
    status: &'static str,
    start_timestamp: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_timestamp: Option<Timestamp>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListPage {
    durable_executions: Vec<Item>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
}

/// Lists the executions of a function, in pages; the newest first unless reversed.
pub(crate) async fn list(
    State(core): State<Arc<Core>>,
    Path(function): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let query = Query::new(query.as_deref());
    let most = query.max_items()?;
    let oldest_first = query.switch("ReverseOrder", false)?;
    let filter = filter(&core, &function, &query).await?;
    core.forget_expired(core.now());
    let entries = core.registry().all();
    let mut items: Vec<Item> = entries
        .iter()
        .filter_map(|entry| {
            let cell = entry.lock();
            filter
                .admits(&cell.execution)
                .then(|| item(&cell.execution))
        })
        .collect();
    items.sort_by(|one, other| {
        (one.start_timestamp, &one.id).cmp(&(other.start_timestamp, &other.id))
    });
    if !oldest_first {
        items.reverse();
    }
    let from = match query.get("Marker").filter(|marker| !marker.is_empty()) {
        None => 0,
        Some(marker) => {
            items
                .iter()
                .position(|item| item.id == marker)
                .ok_or_else(|| ApiError::invalid("Invalid Marker"))?
                + 1
        }
    };
    let mut rest = items.into_iter().skip(from).peekable();
    let durable_executions: Vec<Item> = rest.by_ref().take(most).collect();
    let last = durable_executions.last().filter(|_| rest.peek().is_some());
    let next_marker = last.map(|item| item.id.clone());
    Ok(answer::json(
        StatusCode::OK,
        &ListPage {
            durable_executions,
            next_marker,
        },
    ))
}

async fn filter(core: &Core, function: &str, query: &Query) -> Result<Filter, ApiError> {
    let (function_name, inline) = names::function_name(function);
    let qualifier = query.get("Qualifier").or(inline);
    // Asked even without a qualifier, so that an unknown function is told from an idle one.
    let resolved = core.gateway.resolve(function_name, qualifier).await?;
    let version = qualifier
        .and(resolved)
        .map(|function| function.version.version);
    let statuses: Vec<String> = query.all("Statuses").map(str::to_owned).collect();
    for status in &statuses {
        if !STATUSES.contains(&status.as_str()) {
            return Err(ApiError::invalid(format!("Invalid status: {status}")));
        }
    }
    let point = |name: &'static str| match query.get(name) {
        None => Ok(None),
        Some(text) => Timestamp::parse(text)
            .map(Some)
            .ok_or_else(|| ApiError::invalid(format!("Invalid {name}: {text}"))),
    };
    Ok(Filter {
        function_name: function_name.to_owned(),
        version,
        name: query.get("DurableExecutionName").map(str::to_owned),
        statuses,
        after: point("StartedAfter")?,
        before: point("StartedBefore")?,
    })
}

impl Filter {
    fn admits(&self, execution: &Execution) -> bool {
        let identity = &execution.identity;
        let status = execution.status().as_str();
        identity.function_name == self.function_name
            && self
                .version
                .as_ref()
                .is_none_or(|version| *version == identity.version)
            && self.name.as_ref().is_none_or(|name| *name == identity.name)
            && (self.statuses.is_empty() || self.statuses.iter().any(|s| s == status))
            && self.after.is_none_or(|after| execution.started_at > after)
            && self
                .before
                .is_none_or(|before| execution.started_at < before)
    }
}

fn item(execution: &Execution) -> Item {
    let identity = &execution.identity;
    Item {
        id: identity.id.clone(),
        durable_execution_arn: identity.arn.clone(),
        durable_execution_name: identity.name.clone(),
        function_arn: identity.qualified_function_arn(),
        status: execution.status().as_str(),
        start_timestamp: execution.started_at,
        end_timestamp: execution.closing.as_ref().map(|closing| closing.at),
    }
}
