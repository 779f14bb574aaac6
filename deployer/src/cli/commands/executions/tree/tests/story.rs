//! Executions of every sort, told as the service answers them.

use durable_history::Record;
use serde_json::{Map, Value, json};

use crate::cli::commands::executions::tree::{Canvas, tree};

/// The second at which every execution begins: 2026-01-01T00:00:00Z.
pub(super) const START: f64 = 1_767_225_600.0;

/// A history that is being told.
pub(super) struct Story {
    status: &'static str,
    events: Vec<Value>,
}

/// An operation: its id, and what else an event tells of it.
pub(super) type Subject<'a> = (&'a str, &'a str, &'a str, &'a str);

impl Story {
    pub(super) fn begin(status: &'static str) -> Self {
        let mut story = Self {
            status,
            events: Vec::new(),
        };
        let input = json!({ "Payload": r#"{"id":"tx-1","card_token":"tok-4242"}"# });
        let details = json!({ "Input": input, "ExecutionTimeout": 3_600 });
        story.tell_of_all(0.0, "ExecutionStarted", details);
        story
    }

    /// Tells an event of the execution as a whole.
    pub(super) fn tell_of_all(&mut self, at: f64, kind: &str, details: Value) {
        self.tell(at, kind, ("", "", "", ""), details);
    }

    /// Tells an event of an operation: its id, the one around it, its name, what it was made for.
    pub(super) fn tell(&mut self, at: f64, kind: &str, subject: Subject<'_>, details: Value) {
        let (id, parent, name, sub_type) = subject;
        let mut event = Map::new();
        for (member, text) in [
            ("Id", id),
            ("ParentId", parent),
            ("Name", name),
            ("SubType", sub_type),
        ] {
            if !text.is_empty() {
                event.insert(member.to_owned(), json!(text));
            }
        }
        event.insert("EventId".to_owned(), json!(self.events.len() + 1));
        event.insert("EventType".to_owned(), json!(kind));
        event.insert("EventTimestamp".to_owned(), json!(START + at));
        event.insert(format!("{kind}Details"), details);
        self.events.push(Value::Object(event));
    }

    pub(super) fn step(&mut self, at: f64, id: &str, parent: &str, name: &str) {
        let subject = (id, parent, name, "Step");
        self.tell(at, "StepStarted", subject, json!({}));
        let result = json!({ "Result": { "Payload": "{\"ok\":true}" } });
        self.tell(at + 0.25, "StepSucceeded", subject, result);
    }

    /// Tells an attempt that fails; `again` is the delay until the next one.
    pub(super) fn failing(
        &mut self,
        at: f64,
        subject: Subject<'_>,
        message: &str,
        again: Option<u64>,
    ) {
        self.tell(at, "StepStarted", subject, json!({}));
        let mut details = json!({ "Error": { "Payload": error(message) } });
        details["RetryDetails"] = json!({ "CurrentAttempt": 1 });
        if let Some(seconds) = again {
            details["RetryDetails"]["NextAttemptDelaySeconds"] = json!(seconds);
        }
        self.tell(at + 0.5, "StepFailed", subject, details);
    }

    pub(super) fn record(&self) -> Record {
        let ended = self.events.last().filter(|_| self.status != "RUNNING");
        let mut execution = json!({
            "DurableExecutionArn": "arn:aws:lambda:eu-central-1:123456789012:function:dev-fraud:7/durable-execution/dev-tx-1/0f",
            "DurableExecutionName": "dev-tx-1",
            "FunctionArn": "arn:aws:lambda:eu-central-1:123456789012:function:dev-fraud:7",
            "Version": "7",
            "Status": self.status,
            "StartTimestamp": START,
        });
        if let Some(last) = ended {
            execution["EndTimestamp"] = last["EventTimestamp"].clone();
        }
        let record = json!({ "Execution": execution, "Events": self.events });
        Record::read(&record.to_string()).unwrap()
    }

    pub(super) fn text(&self, data: bool) -> String {
        let text = tree(&self.record(), data, Canvas::Lines).text();
        console::strip_ansi_codes(&text).into_owned()
    }
}

pub(super) fn error(message: &str) -> Value {
    json!({
        "ErrorType": "CardRefused",
        "ErrorMessage": message,
        "ErrorData": r#"{"code":51}"#,
        "StackTrace": ["at pay (src/pay.rs:7)"],
    })
}

/// Returns an execution that waits for an answer, in one of two branches.
pub(super) fn waiting() -> Story {
    let mut story = Story::begin("RUNNING");
    story.step(0.1, "s1", "", "score");
    let (all, sms, email) = (
        ("p", "", "verification", "Parallel"),
        ("b1", "p", "sms", "ParallelBranch"),
        ("b2", "p", "email", "ParallelBranch"),
    );
    story.tell(1.0, "ContextStarted", all, json!({}));
    story.tell(1.0, "ContextStarted", sms, json!({}));
    story.tell(1.0, "ContextStarted", email, json!({}));
    let asked = ("w1", "b1", "ask-sms", "WaitForCallback");
    story.tell(1.1, "ContextStarted", asked, json!({}));
    let opened = json!({ "CallbackId": "Y2I", "Timeout": 86_400 });
    story.tell(1.2, "CallbackStarted", ("c1", "w1", "", "Callback"), opened);
    let end = json!({ "Duration": 60, "ScheduledEndTimestamp": START + 61.0 });
    story.tell(1.0, "WaitStarted", ("t", "b2", "pause", "Wait"), end);
    story
}

/// Returns an execution whose step failed three times.
pub(super) fn failed() -> Story {
    let mut story = Story::begin("FAILED");
    let pay = ("s1", "", "pay", "Step");
    story.failing(0.0, pay, "refused by the bank", Some(1));
    story.failing(2.0, pay, "refused by the bank\nagain", Some(2));
    story.failing(5.0, pay, "password=hunter2 refused", None);
    let details = json!({ "Error": { "Payload": error("password=hunter2 refused") } });
    story.tell_of_all(6.0, "ExecutionFailed", details);
    story
}

/// Returns an execution that waits for a day between two seconds of work, has its callback answered, and one not.
pub(super) fn long() -> Story {
    let mut story = Story::begin("SUCCEEDED");
    story.step(0.0, "s1", "", "score");
    let answered = (
        "w1",
        "",
        "ask-for-a-second-opinion-of-somebody-else",
        "WaitForCallback",
    );
    story.tell(0.5, "ContextStarted", answered, json!({}));
    let opened = json!({ "CallbackId": "Y2I", "Timeout": 86_400 });
    let callback = ("c1", "w1", "", "Callback");
    story.tell(0.5, "CallbackStarted", callback, opened.clone());
    let result = json!({ "Result": { "Payload": "1" } });
    story.tell(82_800.0, "CallbackSucceeded", callback, result.clone());
    story.tell(82_800.0, "ContextSucceeded", answered, result.clone());
    let late = ("c2", "", "ask-again", "Callback");
    story.tell(82_800.0, "CallbackStarted", late, opened);
    let error = json!({ "Error": { "Payload": error("nobody answered") } });
    story.tell(169_200.0, "CallbackTimedOut", late, error);
    let pay = ("s2", "", "pay", "Step");
    story.failing(169_200.0, pay, "refused by the bank", Some(2));
    story.failing(169_203.0, pay, "refused by the bank", None);
    story.step(169_204.0, "s3", "", "undo");
    story.tell_of_all(169_205.0, "ExecutionSucceeded", result);
    story
}
