//! The loop of one execution: fires its timers, and invokes its function, never twice at a time.

use std::sync::Arc;
use std::time::Duration;

use durable_history::{ErrorObject, Timestamp};
use tokio::sync::mpsc;

use crate::execution::error::StoreError;
use crate::execution::model::Phase;
use crate::execution::names;
use crate::execution::service::chained;
use crate::execution::service::core::Core;
use crate::execution::service::entry::{Cell, Entry};
use crate::execution::state;
use crate::execution::transition::{
    Answer, Failure, Invocation, begin_invocation, end_invocation, fire_due, next_due,
};
use crate::gateway::{FunctionVersion, GatewayError, InvokeOutcome};

/// The longest sleep: after it the clock is read again, because a sleeping machine stops timers.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);
/// The pause after the store refused a change.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// What the loop does next.
enum Next {
    Done,
    Sleep(Duration),
    Invoke(Call),
}

/// An invocation to make.
struct Call {
    function: FunctionVersion,
    payload: Vec<u8>,
    started_at: Timestamp,
}

/// Starts the loop of every execution that begins, until the service stops.
pub(crate) fn spawn_all(core: Arc<Core>, mut beginning: mpsc::UnboundedReceiver<Arc<Entry>>) {
    tokio::spawn(async move {
        let mut stopping = core.stopping.subscribe();
        loop {
            tokio::select! {
                Some(entry) = beginning.recv() => spawn(Arc::clone(&core), entry),
                _ = stopping.wait_for(|stopping| *stopping) => return,
            }
        }
    });
}

/// Starts the loop of an execution.
#[expect(clippy::disallowed_methods, reason = "the pause before the next try")]
fn spawn(core: Arc<Core>, entry: Arc<Entry>) {
    tokio::spawn(async move {
        let mut stopping = core.stopping.subscribe();
        while !core.is_stopping() {
            match advance(&core, &entry) {
                Ok(Next::Done) | Err(StoreError::Closed) => return,
                Ok(Next::Invoke(call)) => {
                    tokio::spawn(invoke(Arc::clone(&core), Arc::clone(&entry), call));
                }
                Ok(Next::Sleep(duration)) => {
                    tokio::select! {
                        () = entry.wake.notified() => {}
                        () = tokio::time::sleep(duration) => {}
                        _ = stopping.changed() => {}
                    }
                }
                Err(error) => {
                    tracing::error!(%error, "execution cannot be stored; trying again");
                    tokio::time::sleep(STORE_PAUSE).await;
                }
            }
        }
    });
}

fn advance(core: &Arc<Core>, entry: &Arc<Entry>) -> Result<Next, StoreError> {
    let now = core.now();
    let mut cell = entry.lock();
    let due = fire_due(&cell.execution, now);
    core.commit_news(entry, &mut cell, due)?;
    if cell.execution.is_closed() {
        return Ok(Next::Done);
    }
    for (operation_id, target) in chained::not_under_way(&cell) {
        cell.chained.insert(operation_id.clone());
        chained::spawn(Arc::clone(core), Arc::clone(entry), operation_id, target);
    }
    let mut until = next_due(&cell.execution);
    if let Phase::Due { at, .. } = cell.execution.phase
        && cell.execution.pause().is_none()
    {
        if at <= now {
            return begin(core, entry, &mut cell, now);
        }
        until = until.map(|due| due.min(at)).or(Some(at));
    }
    let sleep = until.map_or(LONGEST_SLEEP, |until| until.since(now));
    Ok(Next::Sleep(sleep.min(LONGEST_SLEEP)))
}

fn begin(core: &Core, entry: &Entry, cell: &mut Cell, now: Timestamp) -> Result<Next, StoreError> {
    let change = begin_invocation(&cell.execution);
    core.commit(entry, cell, change)?;
    let identity = &cell.execution.identity;
    let token = names::checkpoint_token(&identity.id);
    let function = FunctionVersion {
        name: identity.function_name.clone(),
        version: identity.version.clone(),
    };
    let payload = state::envelope(&cell.execution, &token).unwrap_or_default();
    cell.token = Some(token);
    cell.last = None;
    cell.unseen.clear();
    Ok(Next::Invoke(Call {
        function,
        payload,
        started_at: now,
    }))
}

#[expect(clippy::disallowed_methods, reason = "the pause before the next try")]
async fn invoke(core: Arc<Core>, entry: Arc<Entry>, call: Call) {
    let outcome = core.gateway.invoke(&call.function, call.payload).await;
    let invocation = Invocation {
        request_id: names::unique(),
        started_at: call.started_at,
        answer: understand(outcome),
    };
    loop {
        let committed = {
            let mut state = entry.lock();
            state.token = None;
            let change = end_invocation(&state.execution, invocation.clone(), core.now());
            core.commit(&entry, &mut state, change)
        };
        match committed {
            Ok(()) | Err(StoreError::Closed) => return,
            Err(error) => {
                tracing::error!(%error, "end of an invocation cannot be stored; trying again");
                tokio::time::sleep(STORE_PAUSE).await;
            }
        }
    }
}

/// Reads what came back from the function.
fn understand(outcome: Result<InvokeOutcome, GatewayError>) -> Result<Answer, Failure> {
    let failure = |error_type: &str, message: String| {
        Err(Failure::Function(ErrorObject::new(error_type, message)))
    };
    match outcome {
        Ok(InvokeOutcome::Returned(payload)) => serde_json::from_slice(&payload).or_else(|error| {
            let message = format!("function returned no durable execution answer: {error}");
            failure("InvalidParameterValueException", message)
        }),
        Ok(InvokeOutcome::FunctionError {
            error_type,
            message,
            ..
        }) => failure(&error_type, message),
        Err(error @ GatewayError::Refused { .. }) => {
            let error = ErrorObject::new("InvalidRequestContentException", error.to_string());
            Ok(Answer::Failed { error: Some(error) })
        }
        Err(error @ GatewayError::Throttled { .. }) => {
            failure("TooManyRequestsException", error.to_string())
        }
        Err(error @ GatewayError::NotFound { .. }) => {
            failure("ResourceNotFoundException", error.to_string())
        }
        Err(error) => {
            tracing::warn!(%error, "function was not reached; trying again");
            Err(Failure::Host)
        }
    }
}
