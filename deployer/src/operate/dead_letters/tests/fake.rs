//! Queues in memory, behind the real clients.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use messages::Envelope;
use serde_json::{Value, json};

use crate::aws::{Clients, served};
use crate::operate::dead_letters::{DeadQueue, QueueKind};
use crate::operate::deployed::{DeployedIntake, DeployedWorkflow};

pub(super) const DEAD: &str = "http://queues/dead";
pub(super) const INTAKE: &str = "http://queues/intake";

/// A message, and whether somebody has received it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stored {
    pub(super) id: String,
    pub(super) body: String,
    pub(super) attributes: Value,
    hidden: bool,
}

#[derive(Debug, Default)]
struct State {
    queues: BTreeMap<String, Vec<Stored>>,
    sent: usize,
    calls: Vec<String>,
    /// What comes of the next requests of an operation, instead of what is asked for; nothing for as usual.
    refusals: BTreeMap<String, VecDeque<Option<Value>>>,
}

/// The queues.
#[derive(Clone, Default)]
pub(super) struct Fake(Arc<Mutex<State>>);

impl Fake {
    /// Serves them, and returns clients.
    pub(super) async fn clients(&self) -> Clients {
        let fake = self.clone();
        let router = Router::new().fallback(async move |headers: HeaderMap, body: String| {
            let target = headers["x-amz-target"].to_str().unwrap();
            let (status, answer) = fake.answer(target.rsplit('.').next().unwrap(), &body);
            let status = StatusCode::from_u16(status).unwrap();
            (status, answer.to_string())
        });
        served(router).await
    }

    pub(super) fn put(&self, id: &str, body: &str, attributes: Value) {
        let mut state = self.0.lock().unwrap();
        let queue = state.queues.entry(DEAD.to_owned()).or_default();
        queue.push(Stored {
            id: id.to_owned(),
            body: body.to_owned(),
            attributes,
            hidden: false,
        });
    }

    /// Has the next requests of an operation end so.
    pub(super) fn refuse(&self, operation: &str, refusals: &[Option<Value>]) {
        let mut state = self.0.lock().unwrap();
        let queue = state.refusals.entry(operation.to_owned()).or_default();
        queue.extend(refusals.iter().cloned());
    }

    /// Returns the ids of the messages that are in sight.
    pub(super) fn in_sight(&self, url: &str) -> Vec<String> {
        let messages = self.messages(url);
        let seen = messages.into_iter().filter(|message| !message.hidden);
        seen.map(|message| message.id).collect()
    }

    pub(super) fn messages(&self, url: &str) -> Vec<Stored> {
        let state = self.0.lock().unwrap();
        state.queues.get(url).cloned().unwrap_or_default()
    }

    pub(super) fn calls(&self, operation: &str) -> usize {
        let state = self.0.lock().unwrap();
        state.calls.iter().filter(|call| *call == operation).count()
    }

    fn answer(&self, operation: &str, body: &str) -> (u16, Value) {
        let mut state = self.0.lock().unwrap();
        state.calls.push(operation.to_owned());
        let refusal = state.refusals.get_mut(operation);
        if let Some(Some(refusal)) = refusal.and_then(VecDeque::pop_front) {
            let status = if refusal.get("__type").is_some() {
                400
            } else {
                200
            };
            return (status, refusal);
        }
        let asked: Value = serde_json::from_str(body).unwrap();
        if operation == "BatchGetItem" {
            return (200, json!({ "Responses": {} }));
        }
        let url = asked["QueueUrl"].as_str().unwrap().to_owned();
        let entries = asked["Entries"].as_array().cloned().unwrap_or_default();
        let answer = match operation {
            "ReceiveMessage" => state.receive(&url),
            "GetQueueAttributes" => state.count(&url),
            "SendMessageBatch" => state.send(&url, &entries),
            _ => state.change(&url, operation, &entries),
        };
        (200, answer)
    }
}

impl State {
    fn receive(&mut self, url: &str) -> Value {
        let queue = self.queues.entry(url.to_owned()).or_default();
        let seen = queue.iter_mut().filter(|message| !message.hidden).take(10);
        let messages = seen.map(|message| {
            message.hidden = true;
            json!({
                "MessageId": message.id,
                "ReceiptHandle": message.id,
                "Body": message.body,
                "MessageAttributes": message.attributes,
                "Attributes": { "SentTimestamp": "1000", "ApproximateReceiveCount": "6" },
            })
        });
        json!({ "Messages": messages.collect::<Vec<_>>() })
    }

    fn count(&mut self, url: &str) -> Value {
        let queue = self.queues.entry(url.to_owned()).or_default();
        let hidden = queue.iter().filter(|message| message.hidden).count();
        json!({ "Attributes": {
            "ApproximateNumberOfMessages": (queue.len() - hidden).to_string(),
            "ApproximateNumberOfMessagesNotVisible": hidden.to_string(),
        } })
    }

    fn send(&mut self, url: &str, entries: &[Value]) -> Value {
        let mut sent = Vec::new();
        for entry in entries {
            self.sent += 1;
            let id = format!("sent-{}", self.sent);
            let queue = self.queues.entry(url.to_owned()).or_default();
            queue.push(Stored {
                id: id.clone(),
                body: entry["MessageBody"].as_str().unwrap().to_owned(),
                attributes: entry["MessageAttributes"].clone(),
                hidden: false,
            });
            sent.push(json!({ "Id": entry["Id"], "MessageId": id, "MD5OfMessageBody": "" }));
        }
        json!({ "Successful": sent, "Failed": [] })
    }

    fn change(&mut self, url: &str, operation: &str, entries: &[Value]) -> Value {
        let queue = self.queues.entry(url.to_owned()).or_default();
        for entry in entries {
            let is_meant = |message: &Stored| entry["ReceiptHandle"] == message.id.as_str();
            if operation == "DeleteMessageBatch" {
                queue.retain(|message| !is_meant(message));
            } else {
                let hidden = entry["VisibilityTimeout"] != 0;
                let meant = queue.iter_mut().filter(|message| is_meant(message));
                meant.for_each(|message| message.hidden = hidden);
            }
        }
        let done = entries.iter().map(|entry| json!({ "Id": entry["Id"] }));
        json!({ "Successful": done.collect::<Vec<_>>(), "Failed": [] })
    }
}

/// Returns the dead-letter queue of a workflow.
pub(super) fn queue() -> DeadQueue {
    let workflow = DeployedWorkflow {
        workflow: "orders".to_owned(),
        function: "orders".to_owned(),
        alias: "orders:live".to_owned(),
        failure_url: "http://queues/failed".to_owned(),
        tables: BTreeMap::new(),
        undelivered_url: None,
        intake: Some(DeployedIntake {
            envelope: Envelope::None,
            execution_name: "{stage}-{id}".to_owned(),
            queue_url: INTAKE.to_owned(),
            dead_letter_url: DEAD.to_owned(),
            idempotency_table: "records".to_owned(),
            idempotency_window: std::time::Duration::from_hours(1),
        }),
    };
    DeadQueue {
        workflow,
        kind: QueueKind::Intake,
        url: DEAD.to_owned(),
    }
}
