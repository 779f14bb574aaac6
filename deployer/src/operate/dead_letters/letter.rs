//! A message in one of these queues.

use std::collections::HashMap;

use aws_sdk_sqs::types::{Message, MessageAttributeValue, MessageSystemAttributeName};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use durable_history::Timestamp;
use serde_json::{Map, Value, json};

use crate::hash::hexadecimal;

/// The attribute of a message that was put back: the id of the message that it is a copy of.
pub const REDRIVEN_FROM: &str = "deployer-redriven-from";

/// A message in one of these queues.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The id that SQS gave it.
    pub id: String,
    /// The body.
    pub body: String,
    /// The attributes, by name.
    pub attributes: HashMap<String, MessageAttributeValue>,
    /// How often it was received in all queues that it was in, this time included: every look counts.
    pub receives: u32,
    /// When it was first sent, which moving it to another queue does not change.
    pub first_arrival: Option<Timestamp>,
}

impl Letter {
    /// Returns a message as it was received; nothing for one without an id.
    pub(super) fn of(message: Message) -> Option<Self> {
        let number = |name: MessageSystemAttributeName| {
            let value = message.attributes()?.get(&name)?;
            value.parse::<i64>().ok()
        };
        let receives = number(MessageSystemAttributeName::ApproximateReceiveCount);
        let sent = number(MessageSystemAttributeName::SentTimestamp);
        Some(Self {
            receives: receives
                .and_then(|count| u32::try_from(count).ok())
                .unwrap_or_default(),
            first_arrival: sent.map(Timestamp::from_millis),
            id: message.message_id?,
            body: message.body.unwrap_or_default(),
            attributes: message.message_attributes.unwrap_or_default(),
        })
    }

    /// Returns the text of an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name)?.string_value()
    }

    /// Returns the id of the message that it is a copy of, or its own.
    pub fn origin(&self) -> &str {
        self.attribute(REDRIVEN_FROM).unwrap_or(&self.id)
    }

    /// Returns what copies of one message have in common. What was edited is no copy.
    pub(super) fn identity(&self) -> (String, String) {
        (self.origin().to_owned(), hexadecimal(self.body.as_bytes()))
    }

    /// Returns the attributes for programs; binary ones in base64.
    pub fn attributes_document(&self) -> Value {
        let mut names: Vec<_> = self.attributes.iter().collect();
        names.sort_by_key(|(name, _)| *name);
        let document: Map<String, Value> = names
            .into_iter()
            .map(|(name, value)| {
                let mut document = json!({ "type": value.data_type() });
                if let Some(text) = value.string_value() {
                    document["string"] = text.into();
                }
                if let Some(blob) = value.binary_value() {
                    document["binary"] = BASE64_STANDARD.encode(blob.as_ref()).into();
                }
                (name.clone(), document)
            })
            .collect();
        document.into()
    }
}
