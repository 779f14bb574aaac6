//! Faults to inject: kill the function's process right after a step or a chained invoke of its.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use crate::execution::operation::Operation;
use durable_history::{OperationStatus, OperationType};

/// The faults that did not happen yet, by execution name and step name.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    pending: Mutex<BTreeSet<(String, String)>>,
}

impl Faults {
    /// Registers a fault, which happens once.
    pub(crate) fn register(&self, execution_name: String, after_step: String) {
        self.lock().insert((execution_name, after_step));
    }

    /// Takes the fault that the success of one of these operations sets off.
    ///
    /// A step succeeds by a checkpoint of the process. A chained invoke succeeds while no process
    /// runs, so the first checkpoint after it counts.
    pub(crate) fn take<'a>(
        &self,
        execution_name: &str,
        operations: impl IntoIterator<Item = &'a Operation>,
    ) -> bool {
        let mut pending = self.lock();
        if pending.is_empty() {
            return false;
        }
        let succeeded = operations.into_iter().filter(|operation| {
            let kills = matches!(
                operation.kind,
                OperationType::Step | OperationType::ChainedInvoke
            );
            kills && operation.status == OperationStatus::Succeeded
        });
        let mut names = succeeded.filter_map(|operation| operation.name.clone());
        names.any(|step| pending.remove(&(execution_name.to_owned(), step)))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeSet<(String, String)>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
