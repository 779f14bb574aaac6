//! The callbacks that executions wait for now.

use durable_history::{History, Operation, OperationType, Timestamp};
use futures::StreamExt as _;
use futures::stream::BoxStream;

use crate::aws::{Clients, history};
use crate::error::Result;
use crate::operate::deployed::DeployedWorkflow;
use crate::operate::executions::{Filter, Listed, Listing};

/// How many histories are read at a time; how many a second is the rate's to say.
const HISTORIES_AT_ONCE: usize = 16;

/// A callback that an execution waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenCallback {
    /// The workflow.
    pub workflow: String,
    /// The execution's name.
    pub execution: String,
    /// The execution's ARN.
    pub execution_arn: String,
    /// The callback's name, or that of the nearest operation around it that has one.
    pub operation: Option<String>,
    /// What an answer names.
    pub callback_id: String,
    /// When it began to wait.
    pub since: Timestamp,
    /// When it stops waiting; nothing where it waits as long as the execution may take.
    pub until: Option<Timestamp>,
    /// The seconds within which one heartbeat must follow the other, where any are wanted. When the last
    /// came is not told by the service.
    pub heartbeat_timeout: Option<u64>,
}

impl OpenCallback {
    /// Returns a callback of a history; nothing for an operation that is none.
    pub(super) fn of(listed: &Listed, history: &History, operation: &Operation) -> Option<Self> {
        let callback = operation.callback.as_ref()?;
        Some(Self {
            workflow: listed.workflow.clone(),
            execution: listed.name.clone(),
            execution_arn: listed.arn.clone(),
            operation: history.name_of(operation).map(str::to_owned),
            callback_id: callback.id.clone(),
            since: operation.started_at,
            until: operation.waits_until,
            heartbeat_timeout: callback.heartbeat_timeout,
        })
    }
}

/// Returns whether an operation, or one around it, has a name.
pub(super) fn is_within(history: &History, operation: &Operation, name: &str) -> bool {
    let mut around = history.ancestry(operation);
    around.any(|around| around.name.as_deref() == Some(name))
}

/// Returns the callbacks of a history that wait for an answer, in the order in which they began.
pub(super) fn waiting(history: &History) -> impl Iterator<Item = &Operation> {
    let waiting = history.waiting().into_iter();
    waiting.filter(|operation| operation.kind == OperationType::Callback)
}

/// Returns the open callbacks of an execution, in the order in which they began.
pub fn open_of(execution: &Listed, history: &History) -> Vec<OpenCallback> {
    let waiting = waiting(history);
    waiting
        .filter_map(|waiting| OpenCallback::of(execution, history, waiting))
        .collect()
}

/// Which open callbacks are asked for.
#[derive(Debug, Clone)]
pub struct OpenFilter {
    operation: Option<String>,
    executions: Filter,
}

impl OpenFilter {
    /// Asks for all that wait in this operation, or inside of it; for all, where none is named.
    pub fn within(operation: Option<String>) -> Self {
        let unfinished = ["RUNNING", "PAUSING", "PAUSED"];
        Self {
            operation,
            executions: Filter {
                statuses: unfinished.map(str::to_owned).to_vec(),
                ..Filter::default()
            },
        }
    }
}

/// The open callbacks of workflows, those of the newest executions first; histories are read ahead.
pub struct OpenCallbacks<'a> {
    read: BoxStream<'a, Result<Vec<OpenCallback>>>,
}

impl<'a> OpenCallbacks<'a> {
    /// Begins to look.
    pub fn of(
        clients: &'a Clients,
        workflows: &'a [DeployedWorkflow],
        filter: &'a OpenFilter,
    ) -> Self {
        let listing = Listing::of(clients, workflows, &filter.executions);
        let listed = futures::stream::unfold(Some(listing), |listing| async {
            let mut listing = listing?;
            match listing.next().await {
                Ok(Some(listed)) => Some((Ok(listed), Some(listing))),
                Ok(None) => None,
                Err(error) => Some((Err(error), None)),
            }
        });
        let operation = filter.operation.as_deref();
        let read = listed
            .map(move |listed| async move { read(clients, &listed?, operation).await })
            .buffered(HISTORIES_AT_ONCE);
        Self { read: read.boxed() }
    }

    /// Returns the open callbacks of the next execution, which may be none; nothing after the last execution.
    ///
    /// # Errors
    ///
    /// The service could not be asked.
    pub async fn next(&mut self) -> Result<Option<Vec<OpenCallback>>> {
        self.read.next().await.transpose()
    }
}

async fn read(
    clients: &Clients,
    listed: &Listed,
    operation: Option<&str>,
) -> Result<Vec<OpenCallback>> {
    let history = History::of(history(clients, &listed.arn).await?);
    let wanted = waiting(&history)
        .filter(|waiting| operation.is_none_or(|name| is_within(&history, waiting, name)));
    Ok(wanted
        .filter_map(|waiting| OpenCallback::of(listed, &history, waiting))
        .collect())
}
