//! Which path leads where.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::execution::api::{
    callback, checkpoint, delete, faults, history, list, pause, query, stop,
};
use crate::execution::service::Core;

/// A batch of updates may be larger than a single payload.
const LARGEST_BODY: usize = 32 * 1024 * 1024;

/// Returns the routes of the service.
pub(crate) fn routes(core: Arc<Core>) -> Router {
    let execution = "/2025-12-01/durable-executions/{arn}";
    let callbacks = "/2025-12-01/durable-execution-callbacks/{id}";
    Router::new()
        .route(execution, get(query::get_execution).delete(delete::delete))
        .route(
            &format!("{execution}/checkpoint"),
            post(checkpoint::checkpoint),
        )
        .route(&format!("{execution}/state"), get(query::get_state))
        .route(&format!("{execution}/history"), get(history::get_history))
        .route(&format!("{execution}/stop"), post(stop::stop))
        .route(&format!("{execution}/pause"), post(pause::pause))
        .route(&format!("{execution}/resume"), post(pause::resume))
        .route(
            "/2025-12-01/functions/{name}/durable-executions",
            get(list::list),
        )
        .route(&format!("{callbacks}/succeed"), post(callback::succeed))
        .route(&format!("{callbacks}/fail"), post(callback::fail))
        .route(&format!("{callbacks}/heartbeat"), post(callback::heartbeat))
        .route("/_local/faults", post(faults::register))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(core)
}
