//! One execution in memory.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};

use crate::execution::model::Execution;

/// An execution with what wakes its loop and those who wait for its end.
#[derive(Debug)]
pub(crate) struct Entry {
    cell: Mutex<Cell>,
    /// Wakes the loop of the execution.
    pub(crate) wake: Notify,
    /// Turns true when the execution is over.
    pub(crate) closed: watch::Sender<bool>,
}

/// The state of an execution that only its lock's holder sees.
#[derive(Debug)]
pub(crate) struct Cell {
    pub(crate) execution: Execution,
    /// The only token that is good; none while the function is not running.
    pub(crate) token: Option<String>,
    /// What the last checkpoint was answered, for a client that asks again.
    pub(crate) last: Option<LastCheckpoint>,
    /// Operations that changed from outside since the function last heard of them.
    pub(crate) unseen: BTreeSet<String>,
    /// Chained invokes that are under way.
    pub(crate) chained: BTreeSet<String>,
}

/// The answer to the last checkpoint.
#[derive(Debug, Clone)]
pub(crate) struct LastCheckpoint {
    pub(crate) client_token: Option<String>,
    pub(crate) checkpoint_token: String,
    pub(crate) answer: serde_json::Value,
}

impl Entry {
    /// Holds an execution.
    pub(crate) fn new(execution: Execution) -> Self {
        let closed = watch::Sender::new(execution.is_closed());
        let cell = Cell {
            execution,
            token: None,
            last: None,
            unseen: BTreeSet::new(),
            chained: BTreeSet::new(),
        };
        Self {
            cell: Mutex::new(cell),
            wake: Notify::new(),
            closed,
        }
    }

    /// Locks the execution. Never held across an await.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Cell> {
        self.cell.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the end of the execution.
    pub(crate) async fn wait_closed(&self) {
        // The sender lives in `self`, so waiting cannot fail.
        let _ = self.closed.subscribe().wait_for(|closed| *closed).await;
    }
}
