//! Faults that are to happen right after a call of a function's.

use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// A fault to inject once.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CallFault {
    /// The operation of an AWS service, such as `TransactWriteItems`.
    pub(super) after_call: String,
    /// A text in the request, such as an id, by which the one call is known.
    pub(super) containing: String,
}

/// The faults that did not happen yet.
#[derive(Debug, Clone, Default)]
pub(crate) struct CallFaults {
    pending: Arc<Mutex<Vec<CallFault>>>,
}

impl CallFaults {
    pub(super) fn register(&self, fault: CallFault) {
        self.lock().push(fault);
    }

    /// Returns whether a fault waits for this operation, so that its request must be searched.
    pub(super) fn awaits(&self, operation: &str) -> bool {
        self.lock()
            .iter()
            .any(|fault| fault.after_call == operation)
    }

    /// Takes the fault that a call sets off.
    pub(super) fn take(&self, operation: &str, body: &str) -> Option<CallFault> {
        let mut pending = self.lock();
        let found = pending
            .iter()
            .position(|fault| fault.after_call == operation && body.contains(&fault.containing));
        found.map(|index| pending.swap_remove(index))
    }

    pub(super) fn lock(&self) -> std::sync::MutexGuard<'_, Vec<CallFault>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
