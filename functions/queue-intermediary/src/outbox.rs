//! Messages that go into a queue: those that can never be handled into that of dead letters, and those that
//! only came at a bad time into their own once more.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::time::Duration;

use async_trait::async_trait;
use messages::dead_letter::{
    FIRST_ARRIVAL, KIND, LARGEST_MESSAGE, MESSAGE_ID, MOST_ATTRIBUTES, REASON,
};

use crate::batch::{MessageAttribute, Record};
use crate::error::RecordError;

/// A queue that messages are put into.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Puts a message into the queue, to be seen after `delay`, at most 15 minutes.
    async fn send(
        &self,
        letter: Letter,
        delay: Duration,
    ) -> Result<(), Box<dyn StdError + Send + Sync>>;
}

/// A message as it goes into a queue: as it came, with what is known of it besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its content.
    pub body: String,
    /// Its attributes, and ours as far as there is room for them.
    pub attributes: BTreeMap<String, MessageAttribute>,
}

impl Letter {
    /// Returns the letter of a record that was refused.
    ///
    /// What the message carried goes first: SQS takes ten attributes, and 1 MiB with the body. Of ours, the
    /// reason is the last to be left out.
    pub(crate) fn of(record: &Record, error: &RecordError) -> Self {
        let kind = error.kind();
        let mut letter = Self::copy(record);
        for (name, value) in [
            (REASON, format!("{kind}: {}", error.reason())),
            (MESSAGE_ID, record.message_id.clone()),
            (FIRST_ARRIVAL, record.first_arrival().to_owned()),
            (KIND, kind.to_owned()),
        ] {
            letter.add(name, value);
        }
        letter
    }

    /// Returns the letter of a record that comes into its queue once more.
    pub(crate) fn again(record: &Record) -> Self {
        let mut letter = Self::copy(record);
        letter.add(FIRST_ARRIVAL, record.first_arrival().to_owned());
        letter
    }

    fn copy(record: &Record) -> Self {
        Self {
            body: record.body.clone(),
            attributes: record.message_attributes.clone(),
        }
    }

    fn add(&mut self, name: &str, value: String) {
        // A message that was put back carries ours of its last time.
        let before = self.attributes.remove(name);
        let attribute = MessageAttribute::text(value);
        let bytes = self.bytes() + attribute.bytes(name);
        let fits = self.attributes.len() < MOST_ATTRIBUTES && bytes <= LARGEST_MESSAGE;
        if fits && !attribute.is_empty() {
            self.attributes.insert(name.to_owned(), attribute);
        } else if let Some(before) = before {
            self.attributes.insert(name.to_owned(), before);
        }
    }

    fn bytes(&self) -> usize {
        let attributes = self.attributes.iter();
        let attributes = attributes.map(|(name, attribute)| attribute.bytes(name));
        self.body.len() + attributes.sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record(body: &str, attributes: &serde_json::Value) -> Record {
        serde_json::from_value(json!({
            "messageId": "m-1",
            "receiptHandle": "handle",
            "body": body,
            "attributes": { "ApproximateReceiveCount": "1", "SentTimestamp": "1700000000000" },
            "messageAttributes": attributes,
        }))
        .unwrap()
    }

    fn letter(body: &str, attributes: &serde_json::Value) -> Letter {
        Letter::of(
            &record(body, attributes),
            &RecordError::TooLarge { bytes: 7 },
        )
    }

    #[test]
    fn a_letter_keeps_all_that_came_and_says_why() {
        let own = json!({
            "trace": { "dataType": "String", "stringValue": "t-1" },
            "blob": { "dataType": "Binary.x", "binaryValue": "AP8=" },
        });
        let letter = letter("{}", &own);
        let text = |name: &str| letter.attributes[name].string_value.clone().unwrap();
        assert_eq!(letter.body, "{}");
        assert_eq!(text("trace"), "t-1");
        assert_eq!(
            letter.attributes["blob"].binary_value.as_deref(),
            Some("AP8=")
        );
        assert_eq!(
            text(REASON),
            "too-large: the message has 7 bytes, more than an asynchronous invocation takes"
        );
        assert_eq!(text(KIND), "too-large");
        assert_eq!(text(MESSAGE_ID), "m-1");
        assert_eq!(text(FIRST_ARRIVAL), "1700000000000");
    }

    #[test]
    fn what_came_is_never_left_out_for_what_is_ours() {
        let many = |count: usize| {
            let all = (0..count).map(|number| {
                let value = json!({ "dataType": "String", "stringValue": "x" });
                (format!("a{number}"), value)
            });
            serde_json::Value::Object(all.collect())
        };
        assert_eq!(letter("{}", &many(10)).attributes.len(), 10);
        let nine = letter("{}", &many(9));
        assert_eq!(nine.attributes.len(), 10);
        assert!(
            nine.attributes.contains_key(REASON),
            "the one that is left in"
        );
        let full = "x".repeat(LARGEST_MESSAGE);
        let letter = letter(&full, &json!({}));
        assert_eq!(
            (letter.body.len(), letter.attributes.len()),
            (LARGEST_MESSAGE, 0)
        );
    }

    #[test]
    fn the_first_arrival_stays_the_first() {
        let before = json!({ FIRST_ARRIVAL: { "dataType": "String", "stringValue": "7" } });
        let again = Letter::again(&record("{}", &before));
        let arrival = |letter: &Letter| letter.attributes[FIRST_ARRIVAL].string_value.clone();
        assert_eq!(arrival(&again).as_deref(), Some("7"));
        assert_eq!(arrival(&letter("{}", &before)).as_deref(), Some("7"));
        let first = Letter::again(&record("{}", &json!({})));
        assert_eq!(arrival(&first).as_deref(), Some("1700000000000"));
    }

    #[test]
    fn the_reason_of_the_last_time_is_replaced() {
        let before = json!({ REASON: { "dataType": "String", "stringValue": "no-name: then" } });
        let reason = letter("{}", &before).attributes[REASON]
            .string_value
            .clone();
        assert!(reason.unwrap().starts_with("too-large: "));
    }
}
