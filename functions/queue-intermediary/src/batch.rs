//! What an event source mapping of SQS sends, and the partial batch response to it.

use serde::{Deserialize, Serialize};

/// A batch of messages.
#[derive(Debug, Clone, Deserialize)]
pub struct Batch {
    /// Its messages.
    #[serde(rename = "Records")]
    pub records: Vec<Record>,
}

/// One message.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// The id that a failure is reported under.
    pub message_id: String,
    /// The handle of this very delivery.
    pub receipt_handle: String,
    /// The content.
    pub body: String,
    /// What the queue says about it.
    #[serde(default)]
    pub attributes: Attributes,
}

impl Record {
    /// Returns how often the message was delivered, this time included.
    pub fn receive_count(&self) -> u32 {
        self.attributes
            .approximate_receive_count
            .parse()
            .unwrap_or(1)
    }
}

/// The system attributes of a message that matter here.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Attributes {
    /// How often the message was delivered, as digits.
    #[serde(rename = "ApproximateReceiveCount", default)]
    pub approximate_receive_count: String,
}

/// The messages that were not handled; all others count as handled.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchResponse {
    /// One entry a message.
    pub batch_item_failures: Vec<FailedItem>,
}

/// A message that was not handled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FailedItem {
    /// Its id.
    pub item_identifier: String,
}
