//! `ListDurableExecutionsByFunction`.

use std::ops::{Bound, RangeBounds as _};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use durable_history::Timestamp;
use serde::Serialize;

use crate::execution::api::ApiError;
use crate::execution::api::answer;
use crate::execution::api::marker;
use crate::execution::api::request::Query;
use crate::execution::model::Execution;
use crate::execution::names;
use crate::execution::service::{Core, Entry, Place, Registry};

/// The statuses that a list may be asked for. Nothing is ever seen being deleted here.
const STATUSES: [&str; 8] = [
    "RUNNING",
    "PAUSING",
    "PAUSED",
    "SUCCEEDED",
    "FAILED",
    "TIMED_OUT",
    "STOPPED",
    "DELETING",
];

/// Which executions are asked for.
struct Filter {
    function_name: String,
    version: Option<String>,
    name: Option<String>,
    statuses: Vec<String>,
    after: Option<Timestamp>,
    before: Option<Timestamp>,
    /// The last execution of the page before, and whether those that started before it follow.
    seen: Option<Place>,
    oldest_first: bool,
}

/// One execution in the list.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Item {
    #[serde(skip)]
    place: Place,
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
    let now = core.now();
    let filter = filter(&core, &function, &query, now).await?;
    core.forget_expired(now);
    // One more than the page has tells whether there is another page.
    let mut durable_executions = filter.first(&core.registry(), most + 1);
    let next_marker = if durable_executions.len() > most {
        durable_executions.truncate(most);
        let last = durable_executions.last();
        last.map(|item| marker::write(&item.place, now))
    } else {
        None
    };
    Ok(answer::json(
        StatusCode::OK,
        &ListPage {
            durable_executions,
            next_marker,
        },
    ))
}

async fn filter(
    core: &Core,
    function: &str,
    query: &Query,
    now: Timestamp,
) -> Result<Filter, ApiError> {
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
    let marker = query.get("Marker").filter(|marker| !marker.is_empty());
    Ok(Filter {
        function_name: function_name.to_owned(),
        version,
        name: query.get("DurableExecutionName").map(str::to_owned),
        statuses,
        after: point("StartedAfter")?,
        before: point("StartedBefore")?,
        seen: marker.map(|marker| marker::read(marker, now)).transpose()?,
        oldest_first: query.switch("ReverseOrder", false)?,
    })
}

impl Filter {
    /// Returns the first executions that are asked for.
    fn first(&self, registry: &Registry, most: usize) -> Vec<Item> {
        let range = self.range();
        let item = |entry: &Arc<Entry>| {
            let cell = entry.lock();
            self.admits(&cell.execution).then(|| item(&cell.execution))
        };
        if let Some(name) = &self.name {
            // A function has one execution of a name.
            let named = registry.named(&self.function_name, name);
            let named = named.and_then(item);
            return named
                .filter(|item| range.contains(&item.place))
                .into_iter()
                .collect();
        }
        let all = registry.between(&self.function_name, range);
        if self.oldest_first {
            all.filter_map(item).take(most).collect()
        } else {
            all.rev().filter_map(item).take(most).collect()
        }
    }

    /// Returns between which places the executions lie that started in time and were not listed yet.
    fn range(&self) -> (Bound<Place>, Bound<Place>) {
        let first_of = |at: Timestamp| (at, String::new());
        let mut from = self
            .after
            .map(|after| first_of(after.plus(Duration::from_millis(1))));
        let mut to = self.before.map(first_of);
        let excluded = |place: Option<Place>| place.map_or(Bound::Unbounded, Bound::Excluded);
        if let Some(seen) = self.seen.clone() {
            if self.oldest_first {
                from = Some(from.map_or(seen.clone(), |from| from.max(seen)));
            } else {
                to = Some(to.map_or(seen.clone(), |to| to.min(seen)));
            }
        }
        (excluded(from), excluded(to))
    }

    fn admits(&self, execution: &Execution) -> bool {
        let identity = &execution.identity;
        let status = execution.status().as_str();
        self.version
            .as_ref()
            .is_none_or(|version| *version == identity.version)
            && (self.statuses.is_empty() || self.statuses.iter().any(|s| s == status))
    }
}

fn item(execution: &Execution) -> Item {
    let identity = &execution.identity;
    Item {
        place: (execution.started_at, identity.id.clone()),
        durable_execution_arn: identity.arn.clone(),
        durable_execution_name: identity.name.clone(),
        function_arn: identity.qualified_function_arn(),
        status: execution.status().as_str(),
        start_timestamp: execution.started_at,
        end_timestamp: execution.closing.as_ref().map(|closing| closing.at),
    }
}
