//! Faults to inject right after a step or a chained invoke: kill the function's process, or stop the execution.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::execution::operation::Operation;
use durable_history::{OperationStatus, OperationType};

/// What happens then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The process dies before it has an answer.
    Kill,
    /// The execution is stopped, as by `StopDurableExecution`.
    Stop,
}

/// The faults that did not happen yet, by execution name and step name.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    pending: Mutex<BTreeMap<(String, String), Fault>>,
}

impl Faults {
    /// Registers a fault, which happens once.
    pub(crate) fn register(&self, execution_name: String, after_step: String, fault: Fault) {
        self.lock().insert((execution_name, after_step), fault);
    }

    /// Takes the fault that the success of one of these operations sets off.
    ///
    /// A step succeeds by a checkpoint of the process. A chained invoke succeeds while no process
    /// runs, so the first checkpoint after it counts.
    pub(crate) fn take<'a>(
        &self,
        execution_name: &str,
        operations: impl IntoIterator<Item = &'a Operation>,
    ) -> Option<Fault> {
        let mut pending = self.lock();
        if pending.is_empty() {
            return None;
        }
        let succeeded = operations.into_iter().filter(|operation| {
            let kills = matches!(
                operation.kind,
                OperationType::Step | OperationType::ChainedInvoke
            );
            kills && operation.status == OperationStatus::Succeeded
        });
        let mut names = succeeded.filter_map(|operation| operation.name.clone());
        names.find_map(|step| pending.remove(&(execution_name.to_owned(), step)))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<(String, String), Fault>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
