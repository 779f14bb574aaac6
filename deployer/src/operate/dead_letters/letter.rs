//! A message in one of these queues.

use std::collections::HashMap;

use aws_sdk_sqs::types::{Message, MessageAttributeValue, MessageSystemAttributeName};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use durable_history::Timestamp;
use messages::dead_letter::{FIRST_ARRIVAL, KIND, MESSAGE_ID, MOST_ATTRIBUTES, REASON};
use serde_json::{Map, Value, json};

use crate::aws::{LARGEST_BATCH_BYTES, Outgoing};
use crate::hash::hexadecimal;

/// The attribute of a message that was put back: the id of the message that it is a copy of.
pub const REDRIVEN_FROM: &str = "deployer-redriven-from";

/// The attribute with the time at which it was put back, in milliseconds since 1970. It is later than that of
/// the copy that was put back, whatever clocks say.
const REDRIVEN_AT: &str = "deployer-redriven-at";

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
        let attributes = message.message_attributes.clone().unwrap_or_default();
        // Who gives a message up sends it anew, and says when it first came.
        let said = attributes
            .get(FIRST_ARRIVAL)
            .and_then(MessageAttributeValue::string_value);
        let sent = said.and_then(|said| said.parse().ok()).or(sent);
        Some(Self {
            receives: receives
                .and_then(|count| u32::try_from(count).ok())
                .unwrap_or_default(),
            first_arrival: sent.map(Timestamp::from_millis),
            id: message.message_id?,
            body: message.body.unwrap_or_default(),
            attributes,
        })
    }

    /// Returns the text of an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name)?.string_value()
    }

    /// Returns whether it is the input of a function that Lambda kept, as `DeadLetterConfig` wants it: those
    /// carry the request's id, and events of EventBridge have no attributes.
    pub(super) fn is_original(&self) -> bool {
        self.attributes.contains_key("RequestID")
    }

    /// Returns the id of the message that was put back as this one. What the intermediary sends anew, into the
    /// dead-letter queue, was not put back.
    pub fn redriven_from(&self) -> Option<&str> {
        self.attribute(REDRIVEN_FROM)
    }

    /// Returns the id of the message that it is a copy of, or its own.
    pub fn origin(&self) -> &str {
        self.redriven_from()
            .or_else(|| self.attribute(MESSAGE_ID))
            .unwrap_or(&self.id)
    }

    /// Returns the id that it had in its queue: SQS keeps it where it moves a message itself, and the
    /// intermediary, which sends it anew, says it.
    pub(super) fn id_in_queue(&self) -> &str {
        self.attribute(MESSAGE_ID).unwrap_or(&self.id)
    }

    /// Returns when it was put back, in the marks of this program: of the copies of one message the greatest is
    /// the one that was put back last, also where the intermediary has sent it anew since.
    pub(super) fn put_back_at(&self) -> i64 {
        let at = self.attribute(REDRIVEN_AT).and_then(|at| at.parse().ok());
        at.unwrap_or_default()
    }

    /// Returns the message as it is put back at `now`, with another body where one is given, and the time that
    /// it is marked with. Where there is no room for the mark, it goes without.
    pub(super) fn outgoing(&self, now: Timestamp, body: Option<&str>) -> (Outgoing, i64) {
        let at = now.millis().max(self.put_back_at() + 1);
        let mut bare = Outgoing {
            body: body.unwrap_or(&self.body).to_owned(),
            attributes: self.attributes.clone(),
        };
        // Why it was given up, and which message it was then, does not hold any more.
        for name in [REASON, KIND, MESSAGE_ID] {
            bare.attributes.remove(name);
        }
        let mut marked = bare.clone();
        let marks = [
            (REDRIVEN_FROM, self.origin().to_owned()),
            (REDRIVEN_AT, at.to_string()),
        ];
        for (name, value) in marks {
            let value = MessageAttributeValue::builder()
                .data_type("String")
                .string_value(value)
                .build();
            if let Ok(value) = value {
                marked.attributes.insert(name.to_owned(), value);
            }
        }
        let fits =
            marked.attributes.len() <= MOST_ATTRIBUTES && marked.bytes() <= LARGEST_BATCH_BYTES;
        (if fits { marked } else { bare }, at)
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
                let kind = value.data_type();
                let document = match (value.string_value(), value.binary_value()) {
                    (_, Some(blob)) => {
                        json!({ "type": kind, "binary": BASE64_STANDARD.encode(blob.as_ref()) })
                    }
                    (text, None) => json!({ "type": kind, "string": text }),
                };
                (name.clone(), document)
            })
            .collect();
        document.into()
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_sqs::primitives::Blob;

    use super::*;

    fn attribute(text: &str) -> MessageAttributeValue {
        let value = MessageAttributeValue::builder().data_type("String");
        value.string_value(text).build().unwrap()
    }

    fn letter(body: &str, attributes: &[(String, MessageAttributeValue)]) -> Letter {
        Letter {
            id: "m-1".to_owned(),
            body: body.to_owned(),
            attributes: attributes.iter().cloned().collect(),
            receives: 1,
            first_arrival: None,
        }
    }

    #[test]
    fn what_is_put_back_keeps_all_and_is_marked_with_its_first_origin() {
        let binary = MessageAttributeValue::builder().data_type("Binary.x");
        let binary = binary.binary_value(Blob::new([0, 255])).build().unwrap();
        let first = letter("{}", &[("blob".to_owned(), binary.clone())]);
        let (sent, at) = first.outgoing(Timestamp::from_millis(1_000), None);
        assert_eq!((sent.body.as_str(), at), ("{}", 1_000));
        assert_eq!(sent.attributes.get("blob"), Some(&binary));
        let again = Letter {
            id: "m-2".to_owned(),
            attributes: sent.attributes,
            ..first.clone()
        };
        assert_eq!(again.identity(), first.identity());
        assert!(again.put_back_at() > first.put_back_at());
        let (sent, at) = again.outgoing(Timestamp::from_millis(5), Some("{\"id\":1}"));
        assert_eq!(
            at, 1_001,
            "later than the one before, whatever the clock says"
        );
        let edited = Letter {
            body: sent.body,
            attributes: sent.attributes,
            ..again
        };
        assert_eq!(edited.origin(), "m-1");
        assert_ne!(edited.identity(), first.identity());
    }

    #[test]
    fn what_was_moved_is_known_by_its_first_id_and_leaves_its_reason_behind() {
        let moved = [
            (MESSAGE_ID, "m-0"),
            (REASON, "no-name: the message has no `id`"),
            (KIND, "no-name"),
        ]
        .map(|(name, text)| (name.to_owned(), attribute(text)));
        let first = letter("{}", &moved);
        let second = Letter {
            id: "m-2".to_owned(),
            ..first.clone()
        };
        assert_eq!(
            first.identity(),
            second.identity(),
            "two copies of one message"
        );
        assert_eq!(first.redriven_from(), None, "moved, and not put back");
        let (sent, _) = first.outgoing(Timestamp::from_millis(1_000), None);
        assert_eq!(sent.attributes.get(REASON), None);
        assert_eq!(sent.attributes.get(KIND), None);
        let again = Letter {
            id: "m-3".to_owned(),
            attributes: sent.attributes,
            ..first
        };
        assert_eq!(again.origin(), "m-0");
        assert_eq!(again.redriven_from(), Some("m-0"));
        let given_up_again = Letter {
            id: "m-4".to_owned(),
            attributes: [again.attributes.clone(), moved_as("m-3")]
                .into_iter()
                .flatten()
                .collect(),
            ..again.clone()
        };
        assert_eq!(given_up_again.origin(), "m-0");
        assert_eq!(given_up_again.put_back_at(), again.put_back_at());
        assert_eq!(given_up_again.id_in_queue(), "m-3");
    }

    fn moved_as(id: &str) -> HashMap<String, MessageAttributeValue> {
        HashMap::from([(MESSAGE_ID.to_owned(), attribute(id))])
    }

    #[test]
    fn what_has_no_room_for_the_mark_goes_without() {
        let full: Vec<_> = (0..9).map(|n| (format!("a{n}"), attribute("x"))).collect();
        let (sent, _) = letter("{}", &full).outgoing(Timestamp::default(), None);
        assert_eq!(sent.attributes.len(), 9);
        let large = "x".repeat(LARGEST_BATCH_BYTES - 8);
        let (sent, _) = letter(&large, &[]).outgoing(Timestamp::default(), None);
        assert_eq!(sent.attributes.len(), 0);
    }
}
