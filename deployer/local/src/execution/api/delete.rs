//! `DeleteDurableExecution`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use crate::execution::api::ApiError;
use crate::execution::api::answer;
use crate::execution::api::request;
use crate::execution::service::Core;

/// Deletes an execution that is over with its history. It is gone with the answer, so that nobody
/// sees it `DELETING` here, and its name is free again.
pub(crate) async fn delete(
    State(core): State<Arc<Core>>,
    Path(arn): Path<String>,
) -> Result<Response, ApiError> {
    let entry = request::find(&core, &arn)?;
    let (id, status) = {
        let cell = entry.lock();
        (
            cell.execution.identity.id.clone(),
            cell.execution.status().as_str(),
        )
    };
    if !*entry.closed.borrow() {
        return Err(ApiError::conflict(format!(
            "Durable execution is {status} and can be deleted only once it has ended"
        )));
    }
    if !core.delete(&id)? {
        return Err(request::unknown(&arn));
    }
    let at = core.now();
    Ok(answer::json(
        StatusCode::ACCEPTED,
        &json!({"DeletionRequestTimestamp": at}),
    ))
}
