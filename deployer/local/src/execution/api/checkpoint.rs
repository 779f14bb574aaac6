//! `CheckpointDurableExecution`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{Extensions, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use crate::execution::api::ApiError;
use crate::execution::api::answer;
use crate::execution::names;
use crate::execution::operation::{Operation, Planned};
use crate::execution::service::{Cell, Core, Entry, Fault, LastCheckpoint};
use crate::execution::transition::{self, Rejection};
use crate::execution::wire::CheckpointRequest;

/// How long a killed process may take to let go of its connection.
const DEATH: Duration = Duration::from_secs(5);

/// What a checkpoint that is stored came to.
struct Recorded {
    answer: Result<Value, Rejection>,
    killed: bool,
}

/// Records what a function's invocation did.
pub(crate) async fn checkpoint(
    State(core): State<Arc<Core>>,
    Path(arn): Path<String>,
    extensions: Extensions,
    body: Bytes,
) -> Result<Response, ApiError> {
    let request: CheckpointRequest = serde_json::from_slice(&body)
        .map_err(|error| ApiError::invalid(format!("Invalid checkpoint request: {error}")))?;
    // An execution that is not known here has no token that could be good.
    let entry = core.find(&arn).ok_or(Rejection::StaleToken)?;
    let planned = core.plan_invokes(&request.updates).await?;
    let recorded = record(&core, &entry, &request, &planned)?;
    if recorded.killed {
        let peer = extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|peer| peer.0);
        kill(&core, peer).await?;
    }
    Ok(answer::json(StatusCode::OK, &recorded.answer?))
}

fn record(
    core: &Core,
    entry: &Entry,
    request: &CheckpointRequest,
    planned: &BTreeMap<String, Planned>,
) -> Result<Recorded, ApiError> {
    let mut cell = entry.lock();
    if let Some(last) = cell.last.as_ref().filter(|last| is_repeated(last, request)) {
        return Ok(Recorded {
            answer: Ok(last.answer.clone()),
            killed: false,
        });
    }
    if cell.token.as_ref() != Some(&request.checkpoint_token) {
        return Err(Rejection::StaleToken.into());
    }
    let now = core.now();
    let mut change = transition::checkpoint(&cell.execution, &request.updates, planned, now)?;
    let known = cell.execution.operations().iter();
    let fault = core.faults.take(
        &cell.execution.identity.name,
        known.chain(&change.operations),
    );
    let changed: Vec<String> = change.operations.iter().map(|o| o.id.clone()).collect();
    let cut_off = transition::cut_off(&cell.execution, &mut change, now);
    core.commit(entry, &mut cell, change)?;
    let answer = if cut_off {
        cell.token = None;
        cell.last = None;
        Err(Rejection::Paused)
    } else {
        Ok(rotate(&mut cell, request, changed))
    };
    if fault == Some(Fault::Stop) {
        let stop = transition::stop(&cell.execution, None, now);
        core.commit(entry, &mut cell, stop)?;
    }
    let killed = fault == Some(Fault::Kill);
    Ok(Recorded { answer, killed })
}

fn is_repeated(last: &LastCheckpoint, request: &CheckpointRequest) -> bool {
    last.client_token.is_some()
        && last.client_token == request.client_token
        && last.checkpoint_token == request.checkpoint_token
}

/// Issues the next token with what the function does not know yet.
fn rotate(cell: &mut Cell, request: &CheckpointRequest, changed: Vec<String>) -> Value {
    let mut ids = std::mem::take(&mut cell.unseen);
    ids.extend(changed);
    let operations: Vec<Operation> = ids
        .iter()
        .filter_map(|id| cell.execution.operation(id))
        .map(Operation::to_wire)
        .collect();
    let token = names::checkpoint_token(&cell.execution.identity.id);
    let answer = json!({
        "CheckpointToken": token,
        "NewExecutionState": {"Operations": operations},
    });
    cell.token = Some(token);
    cell.last = Some(LastCheckpoint {
        client_token: request.client_token.clone(),
        checkpoint_token: request.checkpoint_token.clone(),
        answer: answer.clone(),
    });
    answer
}

/// Kills the process that sent the request. It must not see an answer.
#[expect(
    clippy::disallowed_methods,
    reason = "the process is given the time to die first"
)]
async fn kill(core: &Core, peer: Option<SocketAddr>) -> Result<(), ApiError> {
    let Some(peer) = peer else {
        tracing::warn!("fault not injected: the connection's other end is not known");
        return Ok(());
    };
    if let Err(error) = core.gateway.kill_peer(peer).await {
        tracing::warn!(%peer, %error, "fault not injected");
        return Ok(());
    }
    // The connection breaks with the process, which drops this future.
    tokio::time::sleep(DEATH).await;
    Err(ApiError::service("injected fault"))
}
