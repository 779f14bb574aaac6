//! What services of AWS put around a message on its way into a queue: taken off, recognized, and put on.

use std::borrow::Cow;

use serde_json::{Value, json};

use crate::envelope::Envelope;
use crate::message::{Message, MessageError};

/// A message out of its envelope.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened<'a> {
    /// The message.
    pub message: Message,
    /// Its text: that of the body where nothing was around it.
    pub text: Cow<'a, str>,
}

impl Envelope {
    /// Reads the message in a body.
    ///
    /// # Errors
    ///
    /// The body or the message in it cannot be read; the body is in no such envelope, or its envelope holds
    /// more than one message.
    pub fn open(self, body: &str) -> Result<Opened<'_>, MessageError> {
        let outer = Message::parse(body)?;
        let missing = || MessageError::NotEnveloped { expected: self };
        match self {
            Self::None => Ok(Opened {
                message: outer,
                text: Cow::Borrowed(body),
            }),
            Self::Sns => {
                if Self::around(&outer) != Some(self) {
                    return Err(missing());
                }
                let text = outer.at("Message").and_then(Value::as_str);
                let text = text.ok_or_else(missing)?.to_owned();
                Ok(Opened {
                    message: Message::parse(&text)?,
                    text: Cow::Owned(text),
                })
            }
            Self::EventBridge => match outer.at("detail") {
                Some(detail) if Self::around(&outer) == Some(self) => inner(detail),
                _ => Err(missing()),
            },
            Self::S3 => match outer.at("Records").and_then(Value::as_array) {
                Some(records) if Self::around(&outer) == Some(self) => match records.as_slice() {
                    [record] => inner(record),
                    _ => Err(MessageError::Several {
                        count: records.len(),
                    }),
                },
                _ if outer.at("Event") == Some(&json!("s3:TestEvent")) => {
                    Err(MessageError::TestEvent)
                }
                _ => Err(missing()),
            },
        }
    }

    /// Returns what a message looks like an envelope of.
    pub fn around(message: &Message) -> Option<Self> {
        let text = |key: &str| message.at(key).and_then(Value::as_str);
        if text("Type") == Some("Notification")
            && text("TopicArn").is_some()
            && text("Message").is_some()
        {
            return Some(Self::Sns);
        }
        if text("detail-type").is_some()
            && text("source").is_some()
            && message.at("detail").is_some()
        {
            return Some(Self::EventBridge);
        }
        let records = message.at("Records").and_then(Value::as_array);
        let of_s3 = |record: &Value| record["eventSource"] == "aws:s3" && record["s3"].is_object();
        match records {
            Some(records) if !records.is_empty() && records.iter().all(of_s3) => Some(Self::S3),
            _ => None,
        }
    }

    /// Puts a message into an envelope as its service would, for those who send one by hand. What is no
    /// object stays as it is where the envelope holds objects only.
    pub fn wrap(self, text: &str) -> String {
        let object = || serde_json::from_str::<Value>(text).ok();
        let object = || object().filter(Value::is_object);
        let wrapped = match self {
            Self::None => None,
            Self::Sns => Some(json!({
                "Type": "Notification",
                "MessageId": "00000000-0000-0000-0000-000000000000",
                "TopicArn": "by hand",
                "Message": text,
                "Timestamp": "1970-01-01T00:00:00.000Z",
            })),
            Self::EventBridge => object().map(|detail| {
                json!({
                    "version": "0",
                    "id": "00000000-0000-0000-0000-000000000000",
                    "detail-type": "by hand",
                    "source": "by.hand",
                    "time": "1970-01-01T00:00:00Z",
                    "resources": [],
                    "detail": detail,
                })
            }),
            Self::S3 => object().map(|mut record| {
                if let Some(fields) = record.as_object_mut() {
                    fields.entry("eventSource").or_insert(json!("aws:s3"));
                    fields.entry("s3").or_insert(json!({}));
                }
                json!({ "Records": [record] })
            }),
        };
        wrapped.map_or_else(|| text.to_owned(), |wrapped| wrapped.to_string())
    }
}

/// Returns a message that was read as a part of a body.
fn inner(value: &Value) -> Result<Opened<'static>, MessageError> {
    let fields = value.as_object().ok_or(MessageError::NotAnObject)?;
    Ok(Opened {
        message: Message::of(fields.clone()),
        text: Cow::Owned(value.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::envelope::Envelope;
    use crate::message::{Message, MessageError};

    fn sns(message: &str) -> String {
        json!({
            "Type": "Notification", "MessageId": "1", "TopicArn": "arn:aws:sns:eu-west-1:111122223333:t",
            "Message": message, "Timestamp": "2026-01-01T00:00:00.000Z", "SignatureVersion": "1",
        })
        .to_string()
    }

    fn event(detail: &Value) -> String {
        json!({ "version": "0", "id": "1", "detail-type": "Order", "source": "shop", "detail": detail })
            .to_string()
    }

    fn upload(sequencer: &str) -> Value {
        let s3 = json!({ "bucket": { "name": "b" }, "object": { "key": "a%2Fb+c", "sequencer": sequencer } });
        json!({ "eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": s3 })
    }

    #[test]
    fn each_envelope_gives_the_message_in_it() {
        let whole = r#"{ "id" : 7 }"#;
        let uploaded = upload("0055");
        let notification = json!({ "Records": [uploaded] }).to_string();
        let of_event = event(&json!({ "id": 7 }));
        for (envelope, body, text) in [
            (Envelope::None, whole.to_owned(), whole.to_owned()),
            (Envelope::Sns, sns(whole), whole.to_owned()),
            (Envelope::EventBridge, of_event, r#"{"id":7}"#.to_owned()),
            (Envelope::S3, notification, uploaded.to_string()),
        ] {
            let opened = envelope.open(&body).unwrap();
            assert_eq!(opened.text, text, "{envelope:?}");
            assert_eq!(opened.message, Message::parse(&text).unwrap());
        }
    }

    #[test]
    fn a_message_in_another_envelope_or_in_none_is_refused() {
        let bodies = [
            r#"{"id":7}"#.to_owned(),
            sns(r#"{"id":7}"#),
            event(&json!({ "id": 7 })),
            json!({ "Records": [upload("1")] }).to_string(),
        ];
        for (envelope, own) in [
            (Envelope::Sns, 1),
            (Envelope::EventBridge, 2),
            (Envelope::S3, 3),
        ] {
            for (index, body) in bodies.iter().enumerate() {
                let refused = matches!(envelope.open(body), Err(MessageError::NotEnveloped { .. }));
                assert_eq!(refused, index != own, "{envelope:?} {body}");
            }
        }
    }

    #[test]
    fn what_is_inside_is_read_as_strictly() {
        for inside in ["no json", "[]", r#"{"a":1,"a":2}"#] {
            assert!(Envelope::Sns.open(&sns(inside)).is_err(), "{inside}");
        }
        assert!(Envelope::EventBridge.open(&event(&json!([1]))).is_err());
        let twice = r#"{"detail-type":"x","source":"y","detail":{"a":1,"a":2}}"#;
        assert!(Envelope::EventBridge.open(twice).is_err());
    }

    #[test]
    fn a_notification_of_several_objects_and_a_test_are_told() {
        let both = json!({ "Records": [upload("1"), upload("2")] }).to_string();
        let several = Envelope::S3.open(&both);
        assert!(matches!(several, Err(MessageError::Several { count: 2 })));
        let test = r#"{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}"#;
        let refused = Envelope::S3.open(test);
        assert!(matches!(refused, Err(MessageError::TestEvent)));
    }

    #[test]
    fn what_is_wrapped_opens_again() {
        let text = r#"{"eventSource":"aws:s3","id":7,"s3":{"object":{"sequencer":"1"}}}"#;
        for envelope in Envelope::ALL {
            let body = envelope.wrap(text);
            assert_eq!(envelope.open(&body).unwrap().text, text, "{envelope:?}");
            assert_eq!(Envelope::named(envelope.as_str()), Some(envelope));
            let written = serde_json::to_value(envelope).unwrap();
            assert_eq!(written, envelope.as_str());
        }
        assert_eq!(Envelope::S3.wrap("no json"), "no json");
    }
}
