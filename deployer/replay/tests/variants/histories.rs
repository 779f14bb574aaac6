//! Histories of the code as it was.

use durable_history::Record;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// An execution that ended.
pub(crate) fn finished() -> Record {
    let mut history = started();
    let branch = |index: u32, name: &str| json!({ "index": index, "name": name, "status": "SUCCEEDED", "result": "1" });
    let batch =
        json!({ "results": [branch(0, "sms"), branch(1, "mail")], "reason": "ALL_COMPLETED" });
    history.branch_ends("4", "3");
    history.branch_ends("5", "3");
    history.ended(
        "3",
        "Context",
        &json!({ "Payload": batch.to_string(), "Truncated": false }),
    );
    history.step("6", "confirm");
    history.tell("InvocationCompleted", None, json!({}), invocation());
    let result = json!({ "Result": { "Payload": "\"done\"", "Truncated": false } });
    history.tell("ExecutionSucceeded", None, json!({}), result);
    history.record("SUCCEEDED")
}

/// One that waits in both branches.
pub(crate) fn waiting() -> Record {
    let mut history = started();
    history.tell("InvocationCompleted", None, json!({}), invocation());
    history.record("RUNNING")
}

/// One of `count` steps that ended.
pub(crate) fn steps(count: usize) -> Record {
    let mut history = Told::begin();
    for step in 1..=count {
        history.step(&step.to_string(), "step");
    }
    history.tell("InvocationCompleted", None, json!({}), invocation());
    let result = json!({ "Result": { "Payload": "\"done\"", "Truncated": false } });
    history.tell("ExecutionSucceeded", None, json!({}), result);
    history.record("SUCCEEDED")
}

fn started() -> Told {
    let mut history = Told::begin();
    history.step("1", "reserve");
    history.step("2", "charge");
    let of = json!({ "Name": "ask", "SubType": "Parallel" });
    history.tell("ContextStarted", Some("3"), of, json!({}));
    for (position, name) in [("4", "sms"), ("5", "mail")] {
        let of = json!({ "Name": name, "SubType": "ParallelBranch", "ParentId": id("3") });
        history.tell("ContextStarted", Some(position), of, json!({}));
        let of = json!({ "SubType": "Wait", "ParentId": id(position) });
        let until = json!({ "Duration": 60, "ScheduledEndTimestamp": 1060.0 });
        history.tell("WaitStarted", Some(&format!("{position}-1")), of, until);
    }
    history
}

fn invocation() -> Value {
    json!({ "StartTimestamp": 1000.0, "EndTimestamp": 1001.0, "RequestId": "r" })
}

/// What the SDK makes of a position.
fn id(position: &str) -> String {
    let digest = Sha256::digest(position);
    let pairs = digest.iter().map(|byte| format!("{byte:02x}"));
    pairs.collect::<Vec<_>>().concat()
}

/// Events, as they are told.
struct Told(Vec<Value>);

impl Told {
    fn begin() -> Self {
        let mut told = Self(Vec::new());
        let input =
            json!({ "Input": { "Payload": "{}", "Truncated": false }, "ExecutionTimeout": 3600 });
        told.tell("ExecutionStarted", None, json!({}), input);
        told
    }

    fn tell(&mut self, kind: &str, position: Option<&str>, of: Value, details: Value) {
        let mut event = of;
        event["EventId"] = (self.0.len() + 1).into();
        event["EventType"] = kind.into();
        event["EventTimestamp"] = 1000.0.into();
        if let Some(position) = position {
            event["Id"] = id(position).into();
        }
        event[format!("{kind}Details")] = details;
        self.0.push(event);
    }

    fn step(&mut self, position: &str, name: &str) {
        let of = json!({ "Name": name, "SubType": "Step" });
        self.tell("StepStarted", Some(position), of.clone(), json!({}));
        let ended = json!({
            "Result": { "Payload": "1", "Truncated": false }, "RetryDetails": { "CurrentAttempt": 1 },
        });
        self.tell("StepSucceeded", Some(position), of, ended);
    }

    fn ended(&mut self, position: &str, kind: &str, result: &Value) {
        let kind = format!("{kind}Succeeded");
        self.tell(
            &kind,
            Some(position),
            json!({}),
            json!({ "Result": result }),
        );
    }

    fn branch_ends(&mut self, position: &str, parent: &str) {
        let of = json!({ "ParentId": id(parent) });
        let wait = format!("{position}-1");
        self.tell("WaitSucceeded", Some(&wait), of, json!({ "Duration": 60 }));
        self.ended(
            position,
            "Context",
            &json!({ "Payload": "1", "Truncated": false }),
        );
    }

    fn record(self, status: &str) -> Record {
        let record = json!({
            "Execution": {
                "DurableExecutionArn": "arn:aws:lambda:us-east-1:000000000000:function:f:1/durable-execution/n/i",
                "DurableExecutionName": "n", "FunctionArn": "f:1", "Version": "1", "Status": status,
                "StartTimestamp": 1000.0, "InputPayload": "{}",
            },
            "Events": self.0,
        });
        Record::read(&record.to_string()).unwrap()
    }
}
