//! What a worker records about an order, and answers with.
//!
//! A worker's answer is the state of its record after the call, whether this call or an earlier
//! one brought it there. The first decision about an order stays: whoever asks again, late or at
//! the same moment, gets it, and nothing is done again.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::WorkerError;

/// A record with the request that it decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded<T> {
    /// The fingerprint of the request; absent when the undoing came first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// The record itself.
    #[serde(flatten)]
    pub record: T,
}

impl<T> Recorded<T> {
    /// Returns the record that decides the request with this fingerprint.
    pub fn of(request: &str, record: T) -> Self {
        Self {
            request: Some(request.to_owned()),
            record,
        }
    }

    /// Returns the record, unless it decided another request about the same order.
    pub fn answer_to(self, order_id: &str, request: &str) -> Result<T, WorkerError> {
        match &self.request {
            Some(decided) if decided != request => Err(WorkerError::RequestConflict {
                order_id: order_id.to_owned(),
            }),
            _ => Ok(self.record),
        }
    }
}

/// Returns what tells a request from another one about the same order.
pub fn fingerprint(request: &impl Serialize) -> String {
    let value = serde_json::to_value(request).unwrap_or(Value::Null);
    idempotency::payload_hash(&value)
}
