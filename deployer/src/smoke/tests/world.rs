//! A small world of one workflow, whose messages all become executions that do what the test wants.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use camino::Utf8PathBuf;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::service::{Service, answering};
use crate::aws::{Clients, Rates};
use crate::config::{App, load};
use crate::error::Result;
use crate::event::{Silent, Stop};
use crate::smoke::{Choice, SmokeReport, Wanted, run};

const APPLICATION: &str = "\
name: shop
workflows:
  orders:
    orchestrator: { function: orders, execution_timeout: 1h, longest_wait: 30m }
    intake: { execution_name: '{stage}-{id}' }
  other:
    orchestrator: { function: other, execution_timeout: 1h, longest_wait: 30m }
    intake: { execution_name: '{stage}-{id}' }
";
const SCENARIOS: &str = "\
scenarios:
  - name: one order
    timeout: 60s
    send: [{ message: { id: '{id}' } }]
    expect: { executions: [{ status: SUCCEEDED }] }
";

/// What is there, and what happens.
#[derive(Default)]
pub(super) struct World {
    /// The version that executions run on; the alias points to version 8.
    pub(super) version: u32,
    /// Whether executions never end by themselves.
    pub(super) waits: bool,
    /// Whether a message that was handled is tried again, and given up in the end.
    pub(super) gives_up_later: bool,
    /// Whether failures do not reach their queue.
    pub(super) delivers_nothing: bool,
    /// What is wished as soon as an execution is looked at.
    pub(super) stop: Option<Stop>,
    /// How often the intake queue was counted.
    pub(super) counted: usize,
    /// The statuses of the executions.
    pub(super) executions: BTreeMap<String, &'static str>,
    /// The labels of what was sent.
    pub(super) sent: Vec<String>,
    /// What is in the queues, by what their URLs end with.
    pub(super) queues: BTreeMap<String, Vec<Value>>,
    /// The queues whose messages were received, and are not in sight again yet.
    pub(super) received: BTreeSet<String>,
    /// The operations that were asked for.
    pub(super) asked: Vec<String>,
}

impl World {
    /// Runs the scenario in this world so often, and returns what came of it and what is there then.
    pub(super) async fn run(self, repeat: u32, keep: bool) -> (Result<SmokeReport>, Self) {
        let (_folder, app) = application();
        let stop = self.stop.clone().unwrap_or_default();
        let world = Arc::new(Mutex::new(self));
        let clients = clients(&world).await;
        let wanted = Wanted {
            filters: vec!["ORDER".to_owned()],
            repeat,
            keep,
        };
        let workflows = app.select(&[]).unwrap();
        let choice = Choice::of(&app, &workflows, &wanted).unwrap();
        let report = run(&app, &clients, &choice, &stop, &Silent).await;
        let world = std::mem::take(&mut *world.lock().unwrap());
        (report, world)
    }

    pub(super) fn count(&self, operation: &str) -> usize {
        let asked = self.asked.iter();
        asked.filter(|asked| *asked == operation).count()
    }

    fn arn(&self, name: &str) -> String {
        let version = self.version;
        format!("arn:aws:lambda:us-east-1:1:function:orders:{version}/durable-execution/{name}/0")
    }

    fn take(&mut self, message: &Value) {
        let body: Value = serde_json::from_str(message["MessageBody"].as_str().unwrap()).unwrap();
        let name = format!("dev-{}", body["id"].as_str().unwrap());
        let label = message.pointer("/MessageAttributes/deployer-smoke/StringValue");
        self.sent.push(label.unwrap().as_str().unwrap().to_owned());
        let status = if self.waits { "RUNNING" } else { "SUCCEEDED" };
        if self.delivers_nothing {
            self.fail("undelivered", &name);
        }
        self.executions.insert(name, status);
    }

    fn fail(&mut self, queue: &str, name: &str) {
        let event = json!({ "detail": { "durableExecutionName": name } });
        let id = format!("failure of {name}");
        let message = json!({ "MessageId": id, "ReceiptHandle": id, "Body": event.to_string() });
        self.queues
            .entry(queue.to_owned())
            .or_default()
            .push(message);
    }

    /// Counts the intake queue: a message that is tried again is in it once, and then it is given up.
    fn counts(&mut self) -> usize {
        self.counted += 1;
        if self.gives_up_later && self.counted == 2 {
            for label in &self.sent {
                let label = json!({ "DataType": "String", "StringValue": label });
                let message = json!({ "MessageId": "dead", "ReceiptHandle": "dead", "Body": "x", "MessageAttributes": { "deployer-smoke": label } });
                self.queues
                    .entry("dead".to_owned())
                    .or_default()
                    .push(message);
            }
        }
        usize::from(self.gives_up_later && self.counted == 1)
    }

    /// Gives every message, and the next time nothing.
    fn receive(&mut self, queue: &str) -> Vec<Value> {
        if self.received.remove(queue) {
            return Vec::new();
        }
        self.received.insert(queue.to_owned());
        self.queues.get(queue).cloned().unwrap_or_default()
    }

    fn execution(&self, name: &str) -> Value {
        json!({
            "DurableExecutionArn": self.arn(name), "DurableExecutionName": name, "FunctionArn": "f",
            "Status": self.executions[name], "StartTimestamp": 1.0,
        })
    }

    fn lambda(&mut self, path: &str) -> Value {
        if path.ends_with("/aliases/live") {
            return json!({ "FunctionVersion": "8" });
        }
        if path.ends_with("/functions/orders/durable-executions") {
            let listed = self.executions.keys().map(|name| self.execution(name));
            return json!({ "DurableExecutions": listed.collect::<Vec<_>>() });
        }
        if path.ends_with("/history") {
            return json!({ "Events": [] });
        }
        let name = path.split("%2F").nth(2).unwrap().to_owned();
        if path.ends_with("/stop") {
            self.executions.insert(name.clone(), "STOPPED");
            self.fail("failures", &name);
            return json!({ "StopTimestamp": 1.0 });
        }
        if let Some(stop) = &self.stop {
            stop.request();
        }
        self.execution(&name)
    }
}

impl Service for World {
    fn answer(&mut self, asked: &str, sent: &Value) -> Option<Value> {
        let operation = asked.rsplit('/').next().unwrap_or_default();
        self.asked.push(operation.to_owned());
        let queue = sent["QueueUrl"].as_str().unwrap_or_default();
        let queue = queue.rsplit('/').next().unwrap_or_default();
        Some(match asked {
            "/" => Value::from(stack()),
            "SendMessageBatch" => {
                for message in sent["Entries"].as_array()? {
                    self.take(message);
                }
                json!({ "Successful": [], "Failed": [] })
            }
            "ReceiveMessage" => json!({ "Messages": self.receive(queue) }),
            "DeleteMessage" => {
                let messages = self.queues.get_mut(queue)?;
                messages.retain(|message| message["ReceiptHandle"] != sent["ReceiptHandle"]);
                json!({})
            }
            "ChangeMessageVisibilityBatch" => json!({ "Successful": [], "Failed": [] }),
            "GetQueueAttributes" => {
                let count = self.counts().to_string();
                json!({ "Attributes": { "ApproximateNumberOfMessages": count } })
            }
            "DeleteItem" => json!({}),
            "GetItem" => json!({ "Item": { "id": { "S": "x" } } }),
            path => self.lambda(path),
        })
    }
}

/// Only `orders` has scenarios that are chosen, so `other` need not be deployed.
fn application() -> (TempDir, App) {
    let folder = TempDir::new().unwrap();
    let root = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
    for name in ["config/stages", "config/smoke"] {
        fs_err::create_dir_all(root.join(name)).unwrap();
    }
    for (file, text) in [
        ("app.yaml", APPLICATION),
        ("stages/dev.yaml", "target: local\n"),
        ("smoke/orders.yaml", SCENARIOS),
        (
            "smoke/other.yaml",
            &SCENARIOS.replace("one order", "another"),
        ),
    ] {
        fs_err::write(root.join("config").join(file), text).unwrap();
    }
    let app = load(&root, "dev").unwrap();
    (folder, app)
}

async fn clients(world: &Arc<Mutex<World>>) -> Clients {
    let config = answering(world).await;
    Clients {
        cloudformation: aws_sdk_cloudformation::Client::new(&config),
        lambda: aws_sdk_lambda::Client::new(&config),
        sqs: aws_sdk_sqs::Client::new(&config),
        s3: aws_sdk_s3::Client::new(&config),
        dynamodb: aws_sdk_dynamodb::Client::new(&config),
        cloudwatch: aws_sdk_cloudwatch::Client::new(&config),
        logs: aws_sdk_cloudwatchlogs::Client::new(&config),
        endpoint: config.endpoint_url().map(str::to_owned),
        region: "us-east-1".to_owned(),
        caller: None,
        rates: Arc::new(Rates::unlimited()),
    }
}

/// Returns the description of the workflow's stack.
fn stack() -> String {
    let outputs = [
        ("OrchestratorFunctionName", "orders"),
        (
            "OrchestratorAliasArn",
            "arn:aws:lambda:us-east-1:1:function:orders:live",
        ),
        ("IntakeQueueUrl", "http://sqs/intake"),
        ("IntakeDeadLetterQueueUrl", "http://sqs/dead"),
        ("OrchestratorFailureQueueUrl", "http://sqs/failures"),
        ("OrchestratorUndeliveredQueueUrl", "http://sqs/undelivered"),
        ("IdempotencyTableName", "records"),
    ];
    let outputs = outputs.map(|(name, value)| {
        format!("<member><OutputKey>{name}</OutputKey><OutputValue>{value}</OutputValue></member>")
    });
    format!(
        "<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>shop-dev-orders</StackName>\
         <CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus>\
         <Outputs>{}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>",
        outputs.concat()
    )
}
