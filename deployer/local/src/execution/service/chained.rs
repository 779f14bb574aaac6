//! Chained invokes: running the target, and handing its end to the operation that waits for it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use durable_history::{ErrorObject, OperationType};
use serde_json::Value;

use crate::execution::error::StoreError;
use crate::execution::model::Outcome;
use crate::execution::operation::{ChainedTarget, ChildExecution, Local, Operation, Planned};
use crate::execution::service::core::Core;
use crate::execution::service::entry::{Cell, Entry};
use crate::execution::service::start::StartError;
use crate::execution::transition::complete_chained_invoke;
use crate::execution::wire::OperationUpdate;
use crate::gateway::{DurableFunction, GatewayError, InvokeOutcome, Qualification};

/// The pause before a target that could not be reached is tried again.
const PAUSE: Duration = Duration::from_millis(500);

/// The refusal of a durable function that is named without a version.
pub(crate) const UNQUALIFIED: &str =
    "You cannot invoke a durable function using an unqualified ARN";

/// Returns the chained invokes that wait and that nobody runs.
pub(crate) fn not_under_way(cell: &Cell) -> Vec<(String, ChainedTarget)> {
    let target = |operation: &Operation| match &operation.local {
        Some(Local::ChainedInvoke(target)) if !cell.chained.contains(&operation.id) => {
            Some((operation.id.clone(), target.clone()))
        }
        _ => None,
    };
    cell.execution
        .open_operations()
        .filter_map(target)
        .collect()
}

impl Core {
    /// Finds out what the chained invokes of a batch will run; those that nothing can run are missing.
    pub(crate) async fn plan_invokes(
        &self,
        updates: &[OperationUpdate],
    ) -> Result<BTreeMap<String, Planned>, GatewayError> {
        let mut planned = BTreeMap::new();
        for update in updates
            .iter()
            .filter(|update| update.kind == OperationType::ChainedInvoke)
        {
            let Some(options) = &update.chained_invoke_options else {
                continue;
            };
            match self.plan_invoke(&options.function_name).await {
                Ok(Some(target)) => {
                    planned.insert(update.id.clone(), target);
                }
                Err(error) if error.is_retryable() => return Err(error),
                Ok(None) | Err(_) => {}
            }
        }
        Ok(planned)
    }

    async fn plan_invoke(&self, function: &str) -> Result<Option<Planned>, GatewayError> {
        Ok(match self.gateway.resolve(function, None).await? {
            Some(function) if function.qualified_by == Qualification::Unqualified => None,
            Some(function) => Some(Planned::Execution(self.plan_child(&function))),
            None => {
                let version = self.gateway.version(function).await?;
                Some(Planned::Plain { version })
            }
        })
    }
}

/// Runs a chained invoke to its end.
#[expect(clippy::disallowed_methods, reason = "the pause before the next try")]
pub(crate) fn spawn(
    core: Arc<Core>,
    entry: Arc<Entry>,
    operation_id: String,
    target: ChainedTarget,
) {
    tokio::spawn(async move {
        let Some(outcome) = run(&core, &target).await else {
            return;
        };
        loop {
            let committed = {
                let mut cell = entry.lock();
                let change = complete_chained_invoke(
                    &cell.execution,
                    &operation_id,
                    outcome.clone(),
                    core.now(),
                );
                core.commit_news(&entry, &mut cell, change)
            };
            match committed {
                Ok(()) | Err(StoreError::Closed) => return,
                Err(error) => {
                    tracing::error!(%error, "end of a chained invoke cannot be stored");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    });
}

/// Returns how the target ended; `None` when the service stops before.
#[expect(clippy::disallowed_methods, reason = "the pause before the next try")]
async fn run(core: &Arc<Core>, target: &ChainedTarget) -> Option<Outcome> {
    loop {
        if core.is_stopping() {
            return None;
        }
        let outcome = match &target.child {
            Some(child) => run_child(core, target, child).await,
            None => run_plain(core, target).await,
        };
        match outcome {
            Ok(outcome) => return Some(outcome),
            Err(error) if error.is_retryable() => tokio::time::sleep(PAUSE).await,
            Err(error @ GatewayError::NotFound { .. }) => {
                return Some(failed("ResourceNotFoundException", error.to_string()));
            }
            Err(error) => {
                return Some(failed("InvalidRequestContentException", error.to_string()));
            }
        }
    }
}

async fn run_child(
    core: &Arc<Core>,
    target: &ChainedTarget,
    child: &ChildExecution,
) -> Result<Outcome, GatewayError> {
    let entry = match core.find(&child.arn) {
        Some(entry) => entry,
        None => match core.gateway.resolve(&target.function, None).await? {
            Some(function) => start_child(core, &function, child, target)?,
            None => {
                return Ok(failed(
                    "InvalidParameterValueException",
                    "not a durable function",
                ));
            }
        },
    };
    entry.wait_closed().await;
    let cell = entry.lock();
    let outcome = cell
        .execution
        .closing
        .as_ref()
        .map(|closing| closing.outcome.clone());
    Ok(outcome.unwrap_or_else(|| failed("ServiceException", "execution has no outcome")))
}

fn start_child(
    core: &Arc<Core>,
    function: &DurableFunction,
    child: &ChildExecution,
    target: &ChainedTarget,
) -> Result<Arc<Entry>, GatewayError> {
    core.start_child(function, child, target.input.clone())
        .map_err(|error: StartError| GatewayError::Unavailable {
            target: target.function.clone(),
            source: Some(Box::new(error)),
        })
}

async fn run_plain(core: &Core, target: &ChainedTarget) -> Result<Outcome, GatewayError> {
    if core
        .gateway
        .resolve(&target.function, None)
        .await?
        .is_some()
    {
        return Ok(failed("InvalidParameterValueException", UNQUALIFIED));
    }
    let payload = target.input.clone().into_bytes();
    Ok(
        match core.gateway.invoke_plain(&target.function, payload).await? {
            InvokeOutcome::Returned(payload) => {
                Outcome::Succeeded(Some(String::from_utf8_lossy(&payload).into_owned()))
            }
            InvokeOutcome::FunctionError {
                error_type,
                message,
                payload,
            } => {
                let trace = serde_json::from_slice::<Value>(&payload)
                    .ok()
                    .and_then(|body| {
                        let lines = body.get("stackTrace")?.as_array()?.clone();
                        Some(
                            lines
                                .iter()
                                .filter_map(|l| l.as_str().map(str::to_owned))
                                .collect(),
                        )
                    });
                let error = ErrorObject::new(error_type, message);
                Outcome::Failed(ErrorObject {
                    stack_trace: trace,
                    ..error
                })
            }
        },
    )
}

fn failed(error_type: &str, message: impl Into<String>) -> Outcome {
    Outcome::Failed(ErrorObject::new(error_type, message))
}
