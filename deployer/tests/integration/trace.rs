//! `trace` on messages that came to different ends.

use std::time::{Duration, Instant};

use aws_config::BehaviorVersion;
use aws_sdk_lambda::config::{Credentials, Region};
use serde_json::{Value, json};

use crate::sandbox::Sandbox;

/// A message that cannot be read is received five times, with a pause before each.
const PATIENCE: Duration = Duration::from_mins(3);

#[test]
fn a_trace_names_the_right_end_of_every_message() {
    let sandbox = Sandbox::of_repository();
    let arguments = ["up", "fraud-detection", "--format", "json"];
    let output = sandbox.deployer(&arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let result: Value = serde_json::from_str(stdout.lines().last().unwrap()).unwrap();
    let outputs = &result["stacks"][0]["outputs"];
    let post = Post::of(&sandbox, outputs["IntakeQueueUrl"].as_str().unwrap());

    let good = transaction("good", &json!(4999));
    let first = post.send(&good);
    let poisoned = post.send("no json");
    let failing = post.send(&transaction("failing", &json!(-1)));
    // Lines come into a log a moment after what they tell of.
    let trace = ended_so(&sandbox, &first, |trace| {
        trace["end"]["kind"] == "succeeded" && is_told_from_end_to_end(trace, &first)
    });
    assert_eq!(trace["lost"], json!([]), "{trace}");

    let second = post.send(&good);
    let trace = ended(&sandbox, &second, "duplicate");
    assert_eq!(trace["end"]["execution"], "dev-tx-good", "{trace}");
    assert_eq!(trace["end"]["status"], "SUCCEEDED", "{trace}");
    assert_eq!(trace["messages"].as_array().unwrap().len(), 2, "{trace}");
    let by_name = ended(&sandbox, "dev-tx-good", "succeeded");
    assert_eq!(by_name["end"]["arn"], trace["end"]["arn"]);
    let arn = by_name["end"]["arn"].as_str().unwrap();
    assert_eq!(ended(&sandbox, arn, "succeeded")["end"], by_name["end"]);

    let trace = ended_so(&sandbox, &failing, |trace| {
        trace["end"]["kind"] == "failed" && trace["end"]["in_failure_queue"] == true
    });
    assert_eq!(trace["end"]["status"], "FAILED", "{trace}");
    let error = trace["end"]["error"].as_str().unwrap();
    assert!(error.contains("amount"), "{error}");
    let by_name = ended(&sandbox, "dev-tx-failing", "failed");
    assert_eq!(
        by_name["end"], trace["end"],
        "what was looked at is still there"
    );

    let trace = ended(&sandbox, &poisoned, "dead-letter");
    assert_eq!(trace["end"]["reason"], "unreadable", "{trace}");
    assert!(told(&trace, "queue", "sent"), "{trace}");
    assert!(told(&trace, "intermediary", "refused"), "{trace}");
    assert_eq!(
        ended(&sandbox, &poisoned, "dead-letter")["end"],
        trace["end"]
    );

    let (code, trace) = look(&sandbox, "dev-tx-nobody");
    assert_eq!((code, &trace["end"]["kind"]), (Some(4), &json!("unknown")));
    assert!(!trace["lost"].as_array().unwrap().is_empty(), "{trace}");
    people_read_it_too(&sandbox, &poisoned);
}

fn is_told_from_end_to_end(trace: &Value, message: &str) -> bool {
    let places = [
        ("intermediary", message),
        ("idempotency-record", "completed"),
        ("execution", "dev-tx-good started"),
        ("execution", "invocation"),
        ("execution", "authorize"),
        ("execution", "succeeded"),
    ];
    let times = trace["steps"].as_array().unwrap().iter();
    let times: Vec<_> = times.filter_map(|step| step["at"].as_str()).collect();
    assert!(times.is_sorted(), "{trace}");
    places.iter().all(|(place, what)| told(trace, place, what))
}

fn people_read_it_too(sandbox: &Sandbox, poisoned: &str) {
    let output = sandbox.deployer(&["trace", poisoned]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.contains("in the dead-letter queue, unreadable"),
        "{text}"
    );
}

fn transaction(id: &str, amount: &Value) -> String {
    json!({
        "transaction_id": id, "amount": amount, "currency": "USD", "location": "Boston", "vendor": "Example Store"
    })
    .to_string()
}

/// Whether a step in the place tells it.
fn told(trace: &Value, place: &str, what: &str) -> bool {
    trace["steps"]
        .as_array()
        .unwrap()
        .iter()
        .any(|step| step["place"] == place && step["what"].as_str().unwrap().contains(what))
}

fn look(sandbox: &Sandbox, subject: &str) -> (Option<i32>, Value) {
    let arguments = [
        "trace",
        subject,
        "--workflow",
        "fraud-detection",
        "--format",
        "json",
    ];
    let output = sandbox.deployer(&arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.stdout.is_empty(), "{said}");
    let trace = serde_json::from_slice(&output.stdout).unwrap();
    (output.status.code(), trace)
}

/// Waits until a trace names the end, and returns it.
fn ended(sandbox: &Sandbox, subject: &str, end: &str) -> Value {
    ended_so(sandbox, subject, |trace| trace["end"]["kind"] == end)
}

/// Waits until a trace is as it should be, and returns it.
#[expect(
    clippy::disallowed_methods,
    reason = "the pause between two looks, with a deadline"
)]
fn ended_so(sandbox: &Sandbox, subject: &str, as_wanted: impl Fn(&Value) -> bool) -> Value {
    let start = Instant::now();
    loop {
        let (_, trace) = look(sandbox, subject);
        if as_wanted(&trace) {
            return trace;
        }
        assert!(start.elapsed() < PATIENCE, "{subject}: {trace}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Who sends messages into the intake's queue.
struct Post {
    runtime: tokio::runtime::Runtime,
    sqs: aws_sdk_sqs::Client,
    queue: String,
}

impl Post {
    fn of(sandbox: &Sandbox, queue: &str) -> Self {
        let arguments = ["local", "status", "--format", "json"];
        let output = sandbox.deployer(&arguments).output().unwrap();
        let status: Value = serde_json::from_slice(&output.stdout).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let credentials = Credentials::new("000000000000", "anything", None, None, "test");
        let configuration = runtime.block_on(
            aws_config::defaults(BehaviorVersion::v2026_01_12())
                .endpoint_url(status["endpoint"].as_str().unwrap())
                .region(Region::new("us-east-1"))
                .credentials_provider(credentials)
                .load(),
        );
        Self {
            runtime,
            sqs: aws_sdk_sqs::Client::new(&configuration),
            queue: queue.to_owned(),
        }
    }

    /// Sends a message and returns its id.
    fn send(&self, body: &str) -> String {
        let call = self.sqs.send_message().queue_url(&self.queue);
        let sent = self
            .runtime
            .block_on(call.message_body(body).send())
            .unwrap();
        sent.message_id().unwrap().to_owned()
    }
}
