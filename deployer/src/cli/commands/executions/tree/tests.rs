//! What people see of executions of every sort. Records are made as the service answers them.

use durable_history::Record;
use insta::assert_snapshot;
use serde_json::{Map, Value, json};

use super::render;
use crate::operate::executions::ExecutionView;

/// The second at which every execution begins: 2026-01-01T00:00:00Z.
const START: f64 = 1_767_225_600.0;

/// A history that is being told.
struct Story {
    status: &'static str,
    events: Vec<Value>,
}

/// An operation: its id, and what else an event tells of it.
type Subject<'a> = (&'a str, &'a str, &'a str, &'a str);

impl Story {
    fn begin(status: &'static str) -> Self {
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
    fn tell_of_all(&mut self, at: f64, kind: &str, details: Value) {
        self.tell(at, kind, ("", "", "", ""), details);
    }

    /// Tells an event of an operation: its id, the one around it, its name, what it was made for.
    fn tell(&mut self, at: f64, kind: &str, subject: Subject<'_>, details: Value) {
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

    fn step(&mut self, at: f64, id: &str, parent: &str, name: &str) {
        let subject = (id, parent, name, "Step");
        self.tell(at, "StepStarted", subject, json!({}));
        let result = json!({ "Result": { "Payload": "{\"ok\":true}" } });
        self.tell(at + 0.25, "StepSucceeded", subject, result);
    }

    /// Tells an attempt that fails; `again` is the delay until the next one.
    fn failing(&mut self, at: f64, subject: Subject<'_>, message: &str, again: Option<u64>) {
        self.tell(at, "StepStarted", subject, json!({}));
        let mut details = json!({ "Error": { "Payload": error(message) } });
        details["RetryDetails"] = json!({ "CurrentAttempt": 1 });
        if let Some(seconds) = again {
            details["RetryDetails"]["NextAttemptDelaySeconds"] = json!(seconds);
        }
        self.tell(at + 0.5, "StepFailed", subject, details);
    }

    fn record(&self) -> Record {
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

    fn text(&self, data: bool) -> String {
        let view = ExecutionView::of(&self.record());
        let text = render(&view, data);
        console::strip_ansi_codes(&text).into_owned()
    }
}

fn error(message: &str) -> Value {
    json!({
        "ErrorType": "CardRefused",
        "ErrorMessage": message,
        "ErrorData": r#"{"code":51}"#,
        "StackTrace": ["at pay (src/pay.rs:7)"],
    })
}

/// Returns an execution that waits for an answer, in one of two branches.
fn waiting() -> Story {
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

#[test]
fn what_waits_says_for_what_until_when_and_how_it_is_answered() {
    assert_snapshot!(waiting().text(false), @r"
    dev-tx-1  running
      started     2026-01-01T00:00:00Z, times out 2026-01-01T01:00:00Z
      code        dev-fraud, version 7
      used        7 of 3,000 operations, 48 bytes of 100 MB, 0 invocations
      arn         arn:aws:lambda:eu-central-1:123456789012:function:dev-fraud:7/durable-execution/dev-tx-1/0f
      waits for   ask-sms (callback), since 2026-01-01T00:00:01Z, until 2026-01-02T00:00:01Z
                  deployer callbacks succeed dev-tx-1 ask-sms --result JSON
      waits for   pause (wait), since 2026-01-01T00:00:01Z, until 2026-01-01T00:01:01Z

      ✓ score         step       succeeded  0.250 s
      … verification  parallel   started
        … sms         branch     started
          … ask-sms   callback   started
            … (c1)    callback   started      until 2026-01-02T00:00:01Z
        … email       branch     started
          … pause     wait       started      until 2026-01-01T00:01:01Z
    ");
}

/// Returns an execution whose step failed three times.
fn failed() -> Story {
    let mut story = Story::begin("FAILED");
    let pay = ("s1", "", "pay", "Step");
    story.failing(0.0, pay, "refused by the bank", Some(1));
    story.failing(2.0, pay, "refused by the bank\nagain", Some(2));
    story.failing(5.0, pay, "password=hunter2 refused", None);
    let details = json!({ "Error": { "Payload": error("password=hunter2 refused") } });
    story.tell_of_all(6.0, "ExecutionFailed", details);
    story
}

#[test]
fn what_failed_shows_every_attempt_and_no_secret() {
    let text = failed().text(false);
    assert!(!text.contains("hunter2"), "{text}");
    assert_snapshot!(text, @r"
    dev-tx-1  failed
      started     2026-01-01T00:00:00Z, ended 2026-01-01T00:00:06Z after 6.000 s
      code        dev-fraud, version 7
      used        1 of 3,000 operations, 217 bytes of 100 MB, 0 invocations
      arn         arn:aws:lambda:eu-central-1:123456789012:function:dev-fraud:7/durable-execution/dev-tx-1/0f
      error       CardRefused: (hidden)

      ✗ pay  step       failed     5.500 s  3 attempts
          attempt 1: CardRefused: refused by the bank
          attempt 2: CardRefused: refused by the bank
                     again
          attempt 3: CardRefused: (hidden)
    ");
}

#[test]
fn with_data_come_stack_traces_and_inputs_without_their_secrets() {
    let text = failed().text(true);
    assert!(!text.contains("hunter2"), "{text}");
    assert!(!text.contains("tok-4242"), "{text}");
    assert_snapshot!(text, @r#"
    dev-tx-1  failed
      started     2026-01-01T00:00:00Z, ended 2026-01-01T00:00:06Z after 6.000 s
      code        dev-fraud, version 7
      used        1 of 3,000 operations, 217 bytes of 100 MB, 0 invocations
      arn         arn:aws:lambda:eu-central-1:123456789012:function:dev-fraud:7/durable-execution/dev-tx-1/0f
      input       {"id":"tx-1","card_token":"(hidden)"}
      error       CardRefused: (hidden)
                  {"code":51}
                    at pay (src/pay.rs:7)

      ✗ pay  step       failed     5.500 s  3 attempts
          attempt 1: CardRefused: refused by the bank
                     {"code":51}
                       at pay (src/pay.rs:7)
          attempt 2: CardRefused: refused by the bank
                     again
                     {"code":51}
                       at pay (src/pay.rs:7)
          attempt 3: CardRefused: (hidden)
                     {"code":51}
                       at pay (src/pay.rs:7)
    "#);
}

#[test]
fn a_saga_shows_what_was_undone_and_which_executions_it_started() {
    let mut story = Story::begin("SUCCEEDED");
    let saga = ("g", "", "saga", "RunInChildContext");
    story.tell(0.0, "ContextStarted", saga, json!({}));
    let reserve = ("i1", "g", "allocate", "ChainedInvoke");
    let started = json!({
        "FunctionName": "arn:aws:lambda:eu-central-1:123456789012:function:dev-allocate:3",
        "DurableExecutionArn": "arn:aws:lambda:eu-central-1:123456789012:function:dev-allocate:3/durable-execution/a/1",
    });
    story.tell(0.1, "ChainedInvokeStarted", reserve, started);
    let result = json!({ "Result": { "Payload": "1" } });
    story.tell(1.1, "ChainedInvokeSucceeded", reserve, result);
    story.failing(2.0, ("s1", "g", "pay", "Step"), "refused by the bank", None);
    story.step(3.0, "s2", "g", "undo-allocate");
    let details = json!({ "Error": { "Payload": error("refused by the bank") } });
    story.tell(3.5, "ContextFailed", saga, details);
    let result = json!({ "Result": { "Payload": "\"undone\"" } });
    story.tell_of_all(83_404.0, "ExecutionSucceeded", result);
    assert_snapshot!(story.text(false), @r"
    dev-tx-1  succeeded
      started     2026-01-01T00:00:00Z, ended 2026-01-01T23:10:04Z after 23h 10m
      code        dev-fraud, version 7
      used        4 of 3,000 operations, 139 bytes of 100 MB, 0 invocations
      arn         arn:aws:lambda:eu-central-1:123456789012:function:dev-fraud:7/durable-execution/dev-tx-1/0f

      ✗ saga             child      failed     3.500 s
          CardRefused: refused by the bank
        ✓ allocate       invoke     succeeded  1.000 s  dev-allocate:3
            execution arn:aws:lambda:eu-central-1:123456789012:function:dev-allocate:3/durable-execution/a/1
        ✗ pay            step       failed     0.500 s
            CardRefused: refused by the bank
        ✓ undo-allocate  step       succeeded  0.250 s
    ");
}

#[test]
fn sixty_branches_are_sixty_rows_in_their_order() {
    let mut story = Story::begin("RUNNING");
    let all = ("p", "", "fan-out", "Parallel");
    story.tell(0.0, "ContextStarted", all, json!({}));
    for branch in 0..60 {
        let (id, name) = (format!("b{branch}"), format!("branch-{branch}"));
        let subject = (id.as_str(), "p", name.as_str(), "ParallelBranch");
        story.tell(0.0, "ContextStarted", subject, json!({}));
    }
    // What the branches do comes mixed.
    for branch in (0..60).rev() {
        story.step(1.0, &format!("s{branch}"), &format!("b{branch}"), "work");
    }
    let text = story.text(false);
    let rows: Vec<&str> = text.lines().filter(|row| row.contains("branch-")).collect();
    assert_eq!(rows.len(), 60, "{text}");
    for (branch, row) in rows.iter().enumerate() {
        assert!(row.contains(&format!(" branch-{branch} ")), "{row}");
    }
    let under: Vec<&str> = text.lines().filter(|row| row.contains("✓ work")).collect();
    assert_eq!(under.len(), 60, "{text}");
    assert!(under.iter().all(|row| row.starts_with("      ✓ work")));
}

#[test]
fn what_others_wrote_never_steers_the_terminal() {
    let mut story = Story::begin("FAILED");
    let steering = "\u{1b}]0;owned\u{7}\r\u{202e}";
    let subject = ("s1", "", steering, "Step");
    story.failing(0.0, subject, steering, None);
    let details = json!({ "Error": { "Payload": error(steering) } });
    story.tell_of_all(1.0, "ExecutionFailed", details);
    for data in [false, true] {
        let view = ExecutionView::of(&story.record());
        let text = render(&view, data);
        let text = console::strip_ansi_codes(&text);
        let steers = |character: char| character.is_control() && character != '\n';
        assert!(!text.contains(steers), "{text:?}");
        assert!(!text.contains('\u{202e}'), "{text:?}");
        assert!(text.contains(r"\u{1b}]0;owned\u{7}\r\u{202e}"), "{text}");
    }
}

#[test]
fn a_result_of_a_megabyte_is_cut_for_people_and_whole_for_programs() {
    let mut story = Story::begin("SUCCEEDED");
    let long = "x".repeat(1024 * 1024);
    let result = json!({ "Result": { "Payload": json!(long).to_string() } });
    story.tell_of_all(1.0, "ExecutionSucceeded", result);
    let text = story.text(true);
    assert!(text.len() < 4_000, "{} bytes", text.len());
    assert!(text.contains("whole with `--format json`"), "{text}");
    let view = serde_json::to_value(ExecutionView::of(&story.record())).unwrap();
    assert_eq!(view["result"], json!(long));
    assert!(!story.text(false).contains("xxx"), "only with data");
}

#[test]
fn what_is_not_known_is_told_by_its_type_and_hides_nothing() {
    let mut story = waiting();
    story.tell_of_all(2.0, "ExecutionFrozen", json!({ "Reason": "incident" }));
    let later = ("q", "", "later", "Teleport");
    story.tell(3.0, "TeleportStarted", later, json!({}));
    let text = story.text(false);
    assert!(text.contains("event 10 ExecutionFrozen"), "{text}");
    assert!(text.contains("event 11 TeleportStarted"), "{text}");
    let known = waiting().text(false);
    let tree = known.split_once("\n\n").unwrap().1;
    assert!(text.contains(tree), "{text}");
}

#[test]
fn what_was_exported_shows_the_same_tree() {
    for story in [waiting(), failed()] {
        let record = story.record();
        let again = Record::read(&record.to_json().unwrap()).unwrap();
        for data in [false, true] {
            assert_eq!(
                render(&ExecutionView::of(&again), data),
                render(&ExecutionView::of(&record), data)
            );
        }
    }
}

#[test]
fn a_secret_in_a_message_inside_of_the_data_is_hidden_from_people_and_programs() {
    let mut story = Story::begin("SUCCEEDED");
    let message = json!({ "password": "hunter2" }).to_string();
    let result = json!({ "Body": message, "token": 4_711, "secret": { "Ref": "hunter2" } });
    let details = json!({ "Result": { "Payload": result.to_string() } });
    story.tell_of_all(1.0, "ExecutionSucceeded", details);
    let view = serde_json::to_string(&ExecutionView::of(&story.record())).unwrap();
    for text in [story.text(true), view] {
        assert!(text.contains("(hidden)"), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
        assert!(!text.contains("4711"), "{text}");
    }
}

#[test]
fn a_result_that_aws_may_not_take_is_warned_about() {
    let mut story = Story::begin("SUCCEEDED");
    let score = ("s1", "", "score", "Step");
    story.tell(0.0, "StepStarted", score, json!({}));
    let result = json!({ "Result": { "Payload": json!("x".repeat(300 * 1024)).to_string() } });
    story.tell(0.25, "StepSucceeded", score, result);
    let text = story.text(false);
    let warning = text.lines().find(|line| line.contains("warning"));
    assert_eq!(
        warning.unwrap(),
        "  warning     score has a result of 300.0 KB; AWS may take 256 KB only, so keep it elsewhere and return where"
    );
}
