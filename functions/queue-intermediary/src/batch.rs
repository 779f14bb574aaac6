//! What an event source mapping of SQS sends, and the partial batch response to it.

use std::collections::BTreeMap;

use messages::dead_letter::FIRST_ARRIVAL;
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
    /// What its sender says about it.
    #[serde(default)]
    pub message_attributes: BTreeMap<String, MessageAttribute>,
}

/// A message attribute, as the event carries it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageAttribute {
    /// Its type, such as `String`, `Number` or `Binary.png`.
    pub data_type: String,
    /// Its text, if it is one.
    #[serde(default)]
    pub string_value: Option<String>,
    /// Its bytes in base64, if it has some.
    #[serde(default)]
    pub binary_value: Option<String>,
}

impl MessageAttribute {
    pub(crate) fn text(value: String) -> Self {
        Self {
            data_type: "String".to_owned(),
            string_value: Some(value),
            binary_value: None,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        let values = [&self.string_value, &self.binary_value];
        values.into_iter().flatten().all(String::is_empty)
    }

    /// Returns what it takes of a message, in bytes; of base64 rather more than its bytes.
    pub(crate) fn bytes(&self, name: &str) -> usize {
        let values = [&self.string_value, &self.binary_value];
        let values: usize = values.into_iter().flatten().map(String::len).sum();
        name.len() + self.data_type.len() + values
    }
}

impl Record {
    /// Returns when the message was first sent, in milliseconds since 1970, as digits: who sent it once more
    /// says it.
    pub fn first_arrival(&self) -> &str {
        let said = self.message_attributes.get(FIRST_ARRIVAL);
        let said = said.and_then(|attribute| attribute.string_value.as_deref());
        said.unwrap_or(&self.attributes.sent_timestamp)
    }

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
    /// When the message was sent, in milliseconds since 1970, as digits.
    #[serde(rename = "SentTimestamp", default)]
    pub sent_timestamp: String,
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
