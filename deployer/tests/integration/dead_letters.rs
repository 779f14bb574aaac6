//! Dead letters put back, by a program that is killed again and again.

mod proxy;

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::{Duration, Instant};

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_lambda::config::{Credentials, Region};
use aws_sdk_sqs::types::{QueueAttributeName as Name, SendMessageBatchRequestEntry};
use proxy::{Moment, Proxy};
use serde_json::{Value, json};

use crate::sandbox::Sandbox;

const PATIENCE: Duration = Duration::from_mins(2);
/// How many letters there are of each reason.
const EACH: usize = 125;
const REASONS: [&str; 4] = ["gave-up", "unreadable", "no-name", "name-taken"];
/// When the program is killed: before and after what it asked for was done, at its first and at later batches.
const MOMENTS: [(&str, usize, bool); 10] = [
    ("SendMessageBatch", 1, false),
    ("SendMessageBatch", 1, true),
    ("DeleteMessageBatch", 1, false),
    ("DeleteMessageBatch", 1, true),
    ("SendMessageBatch", 3, true),
    ("DeleteMessageBatch", 3, false),
    ("SendMessageBatch", 2, false),
    ("DeleteMessageBatch", 2, true),
    ("ReceiveMessage", 20, true),
    ("SendMessageBatch", 5, true),
];

/// A deployed workflow, and ways to it that are not the program's.
struct Stage {
    sandbox: Sandbox,
    /// The same configuration, where the target is at the proxy.
    other: Sandbox,
    proxy: Proxy,
    outputs: Value,
    runtime: tokio::runtime::Runtime,
    sqs: aws_sdk_sqs::Client,
    dynamodb: aws_sdk_dynamodb::Client,
    lambda: aws_sdk_lambda::Client,
}

impl Stage {
    fn deployed() -> Self {
        let sandbox = Sandbox::of_repository();
        let up = sandbox
            .deployer(&["up", "fraud-detection", "--format", "json"])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&up.stdout).into_owned();
        assert!(up.status.success(), "{said}");
        let last: Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
        let status = sandbox
            .deployer(&["local", "status", "--format", "json"])
            .output()
            .unwrap();
        let status: Value = serde_json::from_slice(&status.stdout).unwrap();
        let endpoint = status["endpoint"].as_str().unwrap();
        let proxy = Proxy::to(endpoint);
        let other = Sandbox::with_copy();
        let at_proxy = format!("target: local\nendpoint: {}\n", proxy.endpoint());
        fs_err::write(other.project().join("config/stages/dev.yaml"), at_proxy).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let credentials = Credentials::new("000000000000", "anything", None, None, "test");
        let config = runtime.block_on(
            aws_config::defaults(BehaviorVersion::v2026_01_12())
                .endpoint_url(endpoint)
                .region(Region::new("us-east-1"))
                .credentials_provider(credentials)
                .load(),
        );
        Self {
            sandbox,
            other,
            proxy,
            outputs: last["stacks"][0]["outputs"].clone(),
            sqs: aws_sdk_sqs::Client::new(&config),
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            lambda: aws_sdk_lambda::Client::new(&config),
            runtime,
        }
    }

    fn output(&self, name: &str) -> &str {
        self.outputs[name].as_str().unwrap()
    }

    /// Puts letters straight into the dead-letter queue.
    fn fill(&self, bodies: &[String]) {
        for bodies in bodies.chunks(10) {
            let entries = bodies.iter().enumerate().map(|(index, body)| {
                let entry = SendMessageBatchRequestEntry::builder().id(index.to_string());
                entry.message_body(body).build().unwrap()
            });
            let call = self.sqs.send_message_batch();
            let call = call.queue_url(self.output("IntakeDeadLetterQueueUrl"));
            let sent = call.set_entries(Some(entries.collect())).send();
            assert!(self.runtime.block_on(sent).unwrap().failed().is_empty());
        }
    }

    /// Takes the name of an execution for another payload.
    fn take_name(&self, name: &str) {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let call = self.dynamodb.put_item();
        let put = call
            .table_name(self.output("IdempotencyTableName"))
            .item("id", text(name))
            .item("status", text("COMPLETED"))
            .item("expiration", AttributeValue::N("9999999999".to_owned()))
            .item("data", text(""))
            .item("validation", text("of another payload"))
            .send();
        self.runtime.block_on(put).unwrap();
    }

    /// Returns how many messages of a queue are in sight, and how many are not.
    fn depth(&self, output: &str) -> (u64, u64) {
        let call = self.sqs.get_queue_attributes();
        let read = call
            .queue_url(self.output(output))
            .attribute_names(Name::All)
            .send();
        let read = self.runtime.block_on(read).unwrap();
        let count = |name| read.attributes().unwrap()[&name].parse::<u64>().unwrap();
        (
            count(Name::ApproximateNumberOfMessages),
            count(Name::ApproximateNumberOfMessagesNotVisible),
        )
    }

    /// Waits until everything that was put back has ended somewhere.
    fn settle(&self) {
        eventually("the queues are quiet", || {
            let quiet = self.depth("IntakeQueueUrl") == (0, 0)
                && self.depth("IntakeDeadLetterQueueUrl").1 == 0;
            quiet.then_some(())
        });
    }

    /// Redrives a reason until the program is killed at the moment, however often it must be begun for that:
    /// what one that was killed held comes back into sight only after a while.
    fn redrive_until_killed(&self, reason: &str, moment: Moment) {
        eventually("the program comes to the moment", || {
            let came = self.proxy.plan(moment);
            let arguments = ["dlq", "redrive", "--reason", reason, "--yes"];
            let mut program = self
                .other
                .process(&arguments)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let killed = loop {
                if came.recv_timeout(Duration::from_millis(20)).is_ok() {
                    program.kill().unwrap();
                    program.wait().unwrap();
                    break true;
                }
                if program.try_wait().unwrap().is_some() {
                    break false;
                }
            };
            self.proxy.forget();
            killed.then_some(())
        });
    }

    fn redrive(&self, reason: &str) {
        let arguments = ["dlq", "redrive", "--reason", reason, "--yes"];
        let output = self.sandbox.deployer(&arguments).output().unwrap();
        let code = output.status.code();
        // There may be none left of a reason.
        assert!(code == Some(0) || code == Some(4), "{reason}: {output:?}");
    }

    /// Returns how many letters there are of each body, and checks the reason of each.
    fn letters(&self, expected: &BTreeMap<String, &str>) -> BTreeMap<String, usize> {
        let output = self.sandbox.deployer(&["dlq", "export"]).output().unwrap();
        let mut letters = BTreeMap::new();
        for line in String::from_utf8(output.stdout).unwrap().lines() {
            let letter: Value = serde_json::from_str(line).unwrap();
            let body = letter["body"].as_str().unwrap().to_owned();
            assert_eq!(letter["reason"], expected[&body], "{letter}");
            *letters.entry(body).or_default() += 1;
        }
        letters
    }

    /// Returns the status of every execution, by its name.
    fn executions(&self) -> Vec<(String, String)> {
        let pages = self
            .lambda
            .list_durable_executions_by_function()
            .function_name(self.output("OrchestratorFunctionName"))
            .into_paginator()
            .items()
            .send();
        let executions = self.runtime.block_on(pages.try_collect()).unwrap();
        let told = executions.iter().map(|execution| {
            let name = execution.durable_execution_name().to_owned();
            (name, execution.status().as_str().to_owned())
        });
        told.collect()
    }

    fn transaction(&self, id: &str) -> (String, usize) {
        let call = self.dynamodb.get_item();
        let read = call
            .table_name(self.output("TransactionsTableName"))
            .key("transaction_id", AttributeValue::S(id.to_owned()))
            .send();
        let item = self.runtime.block_on(read).unwrap().item.unwrap();
        let attempts = item["charge_attempts"].as_n().unwrap().clone();
        (attempts, item["charges"].as_m().unwrap().len())
    }
}

/// Returns the letters, each with its reason, in an order that mixes the reasons.
fn letters() -> Vec<(String, &'static str)> {
    let message = |id: String| {
        json!({ "transaction_id": id, "amount": 4999, "currency": "USD", "location": "Boston", "vendor": "shop" })
            .to_string()
    };
    (0..EACH)
        .flat_map(|n| {
            [
                (message(format!("good-{n}")), "gave-up"),
                (format!("no json, no. {n}"), "unreadable"),
                (json!({ "number": n }).to_string(), "no-name"),
                (message(format!("taken-{n}")), "name-taken"),
            ]
        })
        .collect()
}

#[test]
fn dead_letters_are_neither_lost_nor_handled_twice_however_often_the_redrive_is_killed() {
    let stage = Stage::deployed();
    let letters = letters();
    for n in 0..EACH {
        stage.take_name(&format!("dev-tx-taken-{n}"));
    }
    let bodies: Vec<String> = letters.iter().map(|(body, _)| body.clone()).collect();
    stage.fill(&bodies);
    let expected: BTreeMap<String, &str> = letters.into_iter().collect();
    assert_eq!(stage.letters(&expected).len(), 4 * EACH);

    for (index, (operation, number, done)) in MOMENTS.into_iter().enumerate() {
        let moment = Moment {
            operation,
            number,
            done,
        };
        stage.redrive_until_killed(REASONS[index % REASONS.len()], moment);
    }
    stage.settle();
    for reason in REASONS {
        stage.redrive(reason);
    }
    stage.settle();

    let left = stage.letters(&expected);
    let hopeless = expected.iter().filter(|(_, reason)| **reason != "gave-up");
    let hopeless: BTreeMap<String, usize> = hopeless.map(|(body, _)| (body.clone(), 1)).collect();
    assert_eq!(left, hopeless, "each once, and none of the others");
    let executions = eventually("all executions end", || {
        let executions = stage.executions();
        let ended = executions.iter().filter(|(_, status)| status != "RUNNING");
        (ended.count() >= EACH).then_some(executions)
    });
    let mut names: Vec<_> = (0..EACH)
        .map(|n| (format!("dev-tx-good-{n}"), "SUCCEEDED".to_owned()))
        .collect();
    let mut executions = executions;
    names.sort();
    executions.sort();
    assert_eq!(executions, names);
    for n in 0..EACH {
        let charged = stage.transaction(&format!("good-{n}"));
        assert_eq!(charged, ("1".to_owned(), 1), "good-{n}");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the pause between two looks, with a deadline"
)]
fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "{what} within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
}
