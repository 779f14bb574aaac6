//! `GetDurableExecutionHistory`.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use durable_history::HistoryEvent;
use serde::Serialize;

use crate::execution::api::ApiError;
use crate::execution::api::answer;
use crate::execution::api::request::{self, Query};
use crate::execution::service::Core;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct HistoryPage {
    events: Vec<HistoryEvent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
}

/// Lists the events of an execution, in pages.
pub(crate) async fn get_history(
    State(core): State<Arc<Core>>,
    Path(arn): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let query = Query::new(query.as_deref());
    let most = query.max_items()?;
    let with_data = query.switch("IncludeExecutionData", true)?;
    let newest_first = query.switch("ReverseOrder", false)?;
    let last_seen = match query.get("Marker").filter(|marker| !marker.is_empty()) {
        None => None,
        Some(marker) => Some(
            marker
                .parse::<u64>()
                .map_err(|_| ApiError::invalid("Invalid Marker"))?,
        ),
    };
    let entry = request::find(&core, &arn)?;
    let cell = entry.lock();
    let events = &cell.execution.events;
    // Event ids never change, so the id of the last event seen is a marker that stays good.
    let rest: Vec<&HistoryEvent> = if newest_first {
        let older = |event: &&HistoryEvent| last_seen.is_none_or(|seen| event.event_id < seen);
        events.iter().rev().filter(older).collect()
    } else {
        let newer = |event: &&HistoryEvent| last_seen.is_none_or(|seen| event.event_id > seen);
        events.iter().filter(newer).collect()
    };
    let events: Vec<HistoryEvent> = rest
        .iter()
        .take(most)
        .map(|event| {
            if with_data {
                (*event).clone()
            } else {
                (*event).clone().without_data()
            }
        })
        .collect();
    let last = events.last().filter(|_| rest.len() > most);
    let next_marker = last.map(|event| event.event_id.to_string());
    Ok(answer::json(
        StatusCode::OK,
        &HistoryPage {
            events,
            next_marker,
        },
    ))
}
