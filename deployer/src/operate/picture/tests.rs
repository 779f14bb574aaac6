//! Pictures: what is in them, what never is, and how large they get.

mod looks;

use durable_history::Record;
use serde_json::{Value, json};

use super::{Shown, html, svg};

/// What a message may try: markup, script, an end of the style sheet, an attribute.
const EVIL: &str = "</style><script>alert(1)</script>\"' onload='x' &amp;";

struct Story(Vec<Value>);

impl Story {
    fn begin(input: &str) -> Self {
        let mut story = Self(Vec::new());
        let input = json!({ "text": input }).to_string();
        let details = json!({ "Input": { "Payload": input }, "ExecutionTimeout": 3_600 });
        story.tell(0, "ExecutionStarted", None, details);
        story
    }

    fn tell(&mut self, at: u64, kind: &str, operation: Option<&str>, details: Value) {
        let mut event = json!({
            "EventId": self.0.len() + 1,
            "EventType": kind,
            "EventTimestamp": 1_767_225_600 + at,
        });
        event[format!("{kind}Details")] = details;
        if let Some(name) = operation {
            event["Id"] = json!(name);
            event["Name"] = json!(name);
        }
        self.0.push(event);
    }

    fn step(&mut self, at: u64, name: &str) {
        self.tell(at, "StepStarted", Some(name), json!({}));
        let result = json!({ "Result": { "Payload": json!("private result").to_string() } });
        self.tell(at + 1, "StepSucceeded", Some(name), result);
    }

    fn fail(&mut self, at: u64, name: &str, message: &str) {
        self.tell(at, "StepStarted", Some(name), json!({}));
        let error = json!({ "ErrorType": "Declined", "ErrorMessage": message });
        let retry = json!({ "CurrentAttempt": 1, "NextAttemptDelaySeconds": 3 });
        let details = json!({ "Error": { "Payload": error }, "RetryDetails": retry });
        self.tell(at + 1, "StepFailed", Some(name), details);
    }

    fn record(&self, name: &str, status: &str) -> Record {
        let arn = format!("arn:aws:lambda:r:1:function:orders:7/durable-execution/{name}/id");
        let record = json!({
            "Execution": {
                "DurableExecutionArn": arn, "DurableExecutionName": name,
                "FunctionArn": "arn:aws:lambda:r:1:function:orders:7", "Version": "7",
                "Status": status, "StartTimestamp": 1_767_225_600,
            },
            "Events": self.0,
        });
        Record::read(&record.to_string()).unwrap()
    }
}

fn failing(text: &str) -> Record {
    let mut story = Story::begin(text);
    story.step(0, text);
    story.fail(10, "charge", text);
    story.record("tx-1", "RUNNING")
}

#[test]
fn a_page_tells_what_happened_without_a_script_or_anything_from_elsewhere() {
    let mut story = Story::begin("hello");
    story.step(0, "check");
    story.tell(
        1,
        "WaitStarted",
        Some("pause"),
        json!({ "Duration": 82_800 }),
    );
    story.tell(
        82_801,
        "WaitSucceeded",
        Some("pause"),
        json!({ "Duration": 82_800 }),
    );
    story.step(82_801, "charge");
    let page = html(&story.record("tx-1", "RUNNING"), Shown::Data);
    for told in [
        "tx-1", "RUNNING", "check", "pause", "charge", "hello", "23h", "2.000 s",
    ] {
        assert!(page.contains(told), "{told}");
    }
    let (check, charge) = (page.find(">check "), page.find(">charge "));
    assert!(check.is_some() && check < charge, "rows are in order");
    for never in ["<script", "http://", "https://", "@import", "url(", "<link"] {
        assert!(!page.contains(never), "{never}");
    }
    assert_eq!(page, html(&story.record("tx-1", "RUNNING"), Shown::Data));
}

#[test]
fn nothing_of_a_message_is_ever_markup() {
    let record = failing(EVIL);
    for picture in [html(&record, Shown::Data), svg(&record, Shown::Data)] {
        assert!(picture.contains("&lt;script&gt;"), "it is shown as text");
        assert!(!picture.contains("<script"), "{picture}");
        assert_eq!(picture.matches("</style>").count(), 1);
        assert!(!picture.contains("\"' onload"), "{picture}");
    }
}

#[test]
fn an_outline_has_no_data_in_it() {
    let record = failing("private words");
    let (data, outline) = (html(&record, Shown::Data), html(&record, Shown::Outline));
    assert!(data.contains("private result"), "{data}");
    assert!(!outline.contains("private result"), "{outline}");
    assert!(!outline.contains("<details"), "neither input nor result");
    assert!(outline.contains(">Declined<"), "the error's kind only");
    let (image, redacted) = (svg(&record, Shown::Data), svg(&record, Shown::Outline));
    assert!(!image.contains("private result"));
    assert!(image.contains("Declined: private words"), "{image}");
    assert!(!redacted.contains("Declined: "), "{redacted}");
}

#[test]
fn an_attempt_that_failed_looks_so() {
    let page = html(&failing("x"), Shown::Data);
    assert_eq!(page.matches("class=\"failed\" role").count(), 1, "{page}");
    assert_eq!(page.matches("class=\"active\" role").count(), 1, "{page}");
}

#[test]
fn three_thousand_operations_that_were_tried_again_stay_below_two_megabytes() {
    let mut story = Story::begin("hello");
    for number in 0..3_000_u64 {
        let name = format!("operation-{number}");
        for attempt in 0..5 {
            story.fail(number * 20 + attempt * 4, &name, "boom");
        }
    }
    let record = story.record("large", "RUNNING");
    for picture in [html(&record, Shown::Data), svg(&record, Shown::Data)] {
        assert!(picture.len() < 2_000_000, "{}", picture.len());
    }
}

#[test]
fn bars_that_would_lie_upon_each_other_are_one_that_looks_like_the_worst() {
    let mut story = Story::begin("hello");
    story.fail(0, "charge", "boom");
    story.step(5, "charge");
    story.step(10, "large");
    story.tell(12, "StepStarted", Some("long"), json!({}));
    story.tell(10_000, "StepSucceeded", Some("long"), json!({}));
    let page = html(&story.record("tx-1", "RUNNING"), Shown::Data);
    assert_eq!(page.matches("class=\"failed\" role").count(), 1, "{page}");
    assert_eq!(page.matches("class=\"active\" role").count(), 2, "{page}");
    assert_eq!(page.matches("class=\"waiting\" role").count(), 0, "{page}");
    assert!(page.contains(", and 2 more"), "{page}");
}

#[test]
fn what_xml_cannot_write_does_not_break_the_image() {
    let mut story = Story::begin("hello");
    story.step(0, "a\u{1}b\u{b}c\u{ffff}d");
    let image = svg(&story.record("tx-1", "RUNNING"), Shown::Data);
    assert!(image.contains("a\u{fffd}b\u{fffd}c\u{fffd}d"), "{image}");
    let forbidden = |letter: char| letter < ' ' && !"\t\n\r".contains(letter);
    assert!(!image.contains(forbidden) && !image.contains('\u{ffff}'));
}

#[test]
fn results_that_grow_when_they_are_escaped_stay_below_two_megabytes_too() {
    let fields: Vec<(String, &str)> = (0..60).map(|field| (format!("k{field}"), "v")).collect();
    let fields: serde_json::Map<String, Value> = fields
        .into_iter()
        .map(|(key, value)| (key, json!(value)))
        .collect();
    for result in [
        json!(fields),
        json!("\"".repeat(600)),
        json!("\u{1f600}".repeat(600)),
    ] {
        let mut story = Story::begin("hello");
        for number in 0..3_000_u64 {
            let name = format!("operation-{number}");
            story.tell(number, "StepStarted", Some(&name), json!({}));
            let result = json!({ "Result": { "Payload": result.to_string() } });
            story.tell(number + 1, "StepSucceeded", Some(&name), result);
        }
        let page = html(&story.record("large", "RUNNING"), Shown::Data);
        assert!(page.len() < 2_000_000, "{}", page.len());
        assert!(page.contains("bytes in all"), "it says that it is cut");
    }
}

#[test]
fn three_thousand_operations_with_large_results_stay_below_two_megabytes() {
    let mut story = Story::begin(&"x".repeat(50_000));
    for number in 0..3_000_u64 {
        let name = format!("operation-{number}");
        story.tell(number, "StepStarted", Some(&name), json!({}));
        let result = json!({ "Result": { "Payload": json!("y".repeat(600)).to_string() } });
        story.tell(number + 1, "StepSucceeded", Some(&name), result);
    }
    let record = story.record("large", "RUNNING");
    for picture in [html(&record, Shown::Data), svg(&record, Shown::Data)] {
        assert!(picture.len() < 2_000_000, "{}", picture.len());
        assert!(picture.contains("operation-2999"));
    }
}
