//! How much of what an execution may use it has used, and what it waits for.

use crate::detail::{EventDetail, EventText};
use crate::history::History;
use crate::operation::Operation;
use crate::status::OperationType;

/// The most operations of an execution (AWS Lambda quotas, durable functions).
pub const MOST_OPERATIONS: usize = 3_000;
/// The most bytes that an execution may write (AWS Lambda quotas, durable functions).
pub const MOST_BYTES: u64 = 100 * 1024 * 1024;

/// The largest result of an operation, in bytes, that all sources agree on. The API's model takes
/// 1 MB, older documents 256 KB.
pub const LARGEST_SURE_RESULT: usize = 256 * 1024;

impl History {
    /// Returns the operations whose result is larger than [`LARGEST_SURE_RESULT`], with its bytes.
    /// Contexts are left out: the SDK makes their large results anew rather than store them.
    pub fn large_results(&self) -> Vec<(&Operation, usize)> {
        let large = self.operations.iter().filter_map(|operation| {
            let bytes = operation.result.as_ref()?.len();
            let counts = operation.kind != OperationType::Context && bytes > LARGEST_SURE_RESULT;
            counts.then_some((operation, bytes))
        });
        large.collect()
    }

    /// Returns how many operations were begun, of [`MOST_OPERATIONS`].
    pub fn operations_used(&self) -> usize {
        self.operations.len()
    }

    /// Returns how many bytes of inputs, results and errors the history tells of, of [`MOST_BYTES`]; less
    /// than the service counts where the history was asked for without data.
    pub fn bytes_written(&self) -> u64 {
        let of_operations = self
            .operations
            .iter()
            .flat_map(|operation| &operation.events);
        let events = of_operations.chain(&self.events);
        events.map(|event| bytes(&event.detail)).sum()
    }

    /// Returns the operations that the execution waits for now, in the order in which they began: waits,
    /// open callbacks, other functions, and steps between two attempts.
    pub fn waiting(&self) -> Vec<&Operation> {
        if self.execution.ended.is_some() {
            return Vec::new();
        }
        let waiting = self.operations.iter().filter(|operation| {
            let waits = match operation.kind {
                OperationType::Wait | OperationType::Callback | OperationType::ChainedInvoke => {
                    true
                }
                OperationType::Step => operation.waits_until.is_some(),
                OperationType::Context | OperationType::Execution => false,
            };
            waits && !operation.is_over()
        });
        waiting.collect()
    }

    /// Returns the name of an operation, or of the nearest one around it that has one.
    pub fn name_of<'a>(&'a self, operation: &'a Operation) -> Option<&'a str> {
        self.ancestry(operation)
            .find_map(|around| around.name.as_deref())
    }
}

fn bytes(detail: &EventDetail) -> u64 {
    let text = |text: &EventText| text.payload.as_ref().map_or(0, String::len);
    let own = match detail {
        EventDetail::ExecutionStarted { input, .. }
        | EventDetail::ChainedInvokeStarted { input, .. } => text(input),
        EventDetail::ExecutionSucceeded { result }
        | EventDetail::ContextSucceeded { result }
        | EventDetail::StepSucceeded { result, .. }
        | EventDetail::CallbackSucceeded { result }
        | EventDetail::ChainedInvokeSucceeded { result } => text(result),
        _ => 0,
    };
    let error = detail.error().and_then(|error| error.payload.as_ref());
    let error = error.map_or(0, |error| {
        let parts = [&error.error_type, &error.error_message, &error.error_data];
        parts.into_iter().flatten().map(String::len).sum()
    });
    u64::try_from(own + error).unwrap_or(u64::MAX)
}
