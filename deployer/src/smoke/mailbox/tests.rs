//! Ours are found, and those of others left alone.

use std::sync::{Arc, Mutex};

use aws_sdk_sqs::types::{Message, MessageAttributeValue};
use serde_json::{Value, json};

use super::{LABEL, MESSAGE_ID, MOST_HELD, Mailbox, Own, Sender, locked, origin_of, sender_of};
use crate::smoke::tests::{Service, answering};

/// A queue that gives the first messages in sight.
#[derive(Default)]
struct Queue {
    messages: Vec<Queued>,
    denies: bool,
}

struct Queued {
    id: String,
    label: Option<String>,
    hidden: bool,
}

impl Queue {
    /// Returns a queue of so many messages of others, and ours behind them.
    fn behind(others: usize, ours: &[&str]) -> Arc<Mutex<Self>> {
        let labels = std::iter::repeat_n(None, others).chain(ours.iter().copied().map(Some));
        let messages = labels.enumerate().map(|(id, label)| Queued {
            id: id.to_string(),
            label: label.map(str::to_owned),
            hidden: false,
        });
        Arc::new(Mutex::new(Self {
            messages: messages.collect(),
            denies: false,
        }))
    }

    fn in_sight(&self) -> usize {
        let messages = self.messages.iter();
        messages.filter(|message| !message.hidden).count()
    }

    fn receive(&mut self) -> Value {
        let messages = self.messages.iter_mut();
        let next = messages.filter(|message| !message.hidden).take(10);
        let told = next.map(|message| {
            message.hidden = true;
            let mut told =
                json!({ "MessageId": message.id, "ReceiptHandle": message.id, "Body": "x" });
            if let Some(label) = &message.label {
                told["MessageAttributes"] =
                    json!({ LABEL: { "DataType": "String", "StringValue": label } });
            }
            told
        });
        told.collect()
    }
}

impl Service for Queue {
    fn answer(&mut self, asked: &str, sent: &Value) -> Option<Value> {
        if self.denies {
            return None;
        }
        match asked {
            "ReceiveMessage" => Some(json!({ "Messages": self.receive() })),
            "DeleteMessage" => {
                self.messages
                    .retain(|message| sent["ReceiptHandle"] != message.id);
                Some(json!({}))
            }
            "ChangeMessageVisibilityBatch" => {
                for entry in sent["Entries"].as_array()? {
                    assert_eq!(entry["VisibilityTimeout"], 0);
                    let messages = self.messages.iter_mut();
                    for message in messages.filter(|message| entry["ReceiptHandle"] == message.id) {
                        message.hidden = false;
                    }
                }
                Some(json!({ "Successful": [], "Failed": [] }))
            }
            other => panic!("{other} is asked by nobody"),
        }
    }
}

/// Sweeps the queue so often.
async fn swept(queue: &Arc<Mutex<Queue>>, own: Own, times: usize) -> Mailbox {
    let sqs = aws_sdk_sqs::Client::new(&answering(queue).await);
    let mailbox = Mailbox::new("http://queue", Sender::Label, own, "smoke-1");
    for _ in 0..times {
        mailbox.sweep(&sqs, 0).await;
    }
    mailbox
}

#[tokio::test]
async fn ours_are_taken_from_behind_a_crowd_of_others_which_all_stay() {
    let queue = Queue::behind(500, &["smoke-1-000/2", "smoke-2-000/1"]);
    let mailbox = swept(&queue, Own::Taken, 1).await;
    assert_eq!(mailbox.of("smoke-1-000"), ["smoke-1-000/2"]);
    assert_eq!(mailbox.count(), 1);
    assert_eq!(mailbox.trouble(), None);
    let queue = queue.lock().unwrap();
    assert_eq!((queue.messages.len(), queue.in_sight()), (501, 501));
}

#[tokio::test]
async fn what_is_kept_is_seen_once_and_stays() {
    let queue = Queue::behind(3, &["smoke-1-000/0", "smoke-1-001/0"]);
    let mailbox = swept(&queue, Own::Left, 2).await;
    assert_eq!(mailbox.count(), 2);
    let queue = queue.lock().unwrap();
    assert_eq!((queue.messages.len(), queue.in_sight()), (5, 5));
}

#[tokio::test]
async fn a_queue_that_cannot_be_seen_to_its_end_says_so() {
    let queue = Queue::behind(MOST_HELD + 1, &["smoke-1-000/0"]);
    let mailbox = swept(&queue, Own::Taken, 1).await;
    let trouble = mailbox.trouble().unwrap();
    assert!(trouble.contains("too many messages of others"), "{trouble}");
    assert_eq!(queue.lock().unwrap().in_sight(), MOST_HELD + 2);

    let queue = Queue::behind(1, &[]);
    queue.lock().unwrap().denies = true;
    let mailbox = swept(&queue, Own::Taken, 1).await;
    let trouble = mailbox.trouble().unwrap();
    assert!(trouble.contains("could not be read"), "{trouble}");
}

#[test]
fn a_dead_letter_is_known_by_its_label() {
    let label = MessageAttributeValue::builder()
        .data_type("String")
        .string_value("smoke-1-001/2")
        .build()
        .unwrap();
    let ours = Message::builder()
        .body("no json")
        .message_attributes(LABEL, label.clone())
        .build();
    assert_eq!(
        sender_of(&ours, &Sender::Label).as_deref(),
        Some("smoke-1-001/2")
    );
    let others = [
        Message::builder().body("smoke-1-001/2").build(),
        Message::builder()
            .message_attributes("other", label)
            .build(),
    ];
    for message in others {
        assert_eq!(sender_of(&message, &Sender::Label), None);
    }
}

#[test]
fn a_failure_is_known_by_its_execution() {
    let sender = Sender::Execution {
        template: "{stage}-tx-{id}".to_owned(),
        stage: "dev".to_owned(),
    };
    let with = |body: &str| sender_of(&Message::builder().body(body).build(), &sender);
    let event =
        r#"{"detail-type":"x","detail":{"durableExecutionName":"dev-tx-1","status":"FAILED"}}"#;
    assert_eq!(with(event).as_deref(), Some("dev-tx-1"));
    let input_that_lambda_kept = r#"{"id":"1","amount":5}"#;
    assert_eq!(with(input_that_lambda_kept).as_deref(), Some("dev-tx-1"));
    for body in [
        "",
        "no json",
        "{}",
        r#"{"detail":{"durableExecutionName":1}}"#,
    ] {
        assert_eq!(with(body), None, "{body}");
    }
}

#[test]
fn every_scenario_gets_its_own() {
    let mailbox = Mailbox::new("url", Sender::Label, Own::Taken, "smoke-1");
    locked(&mailbox.taken).extend(
        [
            ("a", "smoke-1-001/0"),
            ("b", "smoke-1-002/0"),
            ("c", "smoke-1-001/3"),
        ]
        .map(|(id, label)| (id.to_owned(), label.to_owned())),
    );
    assert_eq!(
        mailbox.of("smoke-1-001"),
        ["smoke-1-001/0", "smoke-1-001/3"]
    );
    assert_eq!(mailbox.of("smoke-1-003"), Vec::<String>::new());
}

#[test]
fn copies_of_one_message_count_once() {
    let first = MessageAttributeValue::builder()
        .data_type("String")
        .string_value("m-0")
        .build()
        .unwrap();
    let copy = Message::builder()
        .message_id("m-1")
        .message_attributes(MESSAGE_ID, first)
        .build();
    assert_eq!(origin_of(&copy), Some("m-0"));
    let plain = Message::builder().message_id("m-1").build();
    assert_eq!(origin_of(&plain), Some("m-1"));
}
