//! The state that a function is given back, in pages.

use serde::Serialize;

use crate::execution::model::Execution;
use crate::execution::operation::Operation;

/// The most bytes in one page, well below what an invocation may carry.
const LARGEST_PAGE: usize = 4 * 1024 * 1024;
/// The most operations in the page that an invocation carries.
const FIRST_PAGE: usize = 1_000;

/// One page of an execution's operations.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct StatePage {
    pub(crate) operations: Vec<Operation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_marker: Option<String>,
}

/// The payload with which a durable function is invoked.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope<'a> {
    durable_execution_arn: &'a str,
    checkpoint_token: &'a str,
    initial_execution_state: StatePage,
}

/// Returns the page that begins at a marker; `None` when the marker is none of ours.
pub(crate) fn page(execution: &Execution, marker: Option<&str>, most: usize) -> Option<StatePage> {
    let from = match marker.filter(|marker| !marker.is_empty()) {
        Some(marker) => marker.parse::<usize>().ok()?,
        None => 0,
    };
    let mut operations = Vec::new();
    let mut bytes = 0;
    let mut next_marker = None;
    for (at, operation) in execution.operations().iter().enumerate().skip(from) {
        if !execution.is_replayed(operation) {
            continue;
        }
        bytes += operation.size();
        if operations.len() == most || (bytes > LARGEST_PAGE && !operations.is_empty()) {
            next_marker = Some(at.to_string());
            break;
        }
        operations.push(operation.to_wire());
    }
    Some(StatePage {
        operations,
        next_marker,
    })
}

/// Makes the payload of the next invocation.
pub(crate) fn envelope(execution: &Execution, token: &str) -> Result<Vec<u8>, serde_json::Error> {
    let first = page(execution, None, FIRST_PAGE);
    serde_json::to_vec(&Envelope {
        durable_execution_arn: &execution.identity.arn,
        checkpoint_token: token,
        initial_execution_state: first.unwrap_or(StatePage {
            operations: Vec::new(),
            next_marker: None,
        }),
    })
}
