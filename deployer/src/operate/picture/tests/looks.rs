//! What tells callbacks, errors and executions inside of others apart, and when things happened.

use durable_history::Record;
use serde_json::json;

use super::Story;
use crate::operate::picture::{Chained, Shown, html, html_with, svg};

/// Returns an execution with a callback of every sort.
fn asking() -> Record {
    let mut story = Story::begin("hello");
    story.step(0, "check");
    let result = json!({ "Result": { "Payload": "1" } });
    let error = json!({ "ErrorType": "Refused", "ErrorMessage": "<b>not mine</b>" });
    let error = json!({ "Error": { "Payload": error } });
    for (name, end, details) in [
        ("answered", "CallbackSucceeded", &result),
        ("refused", "CallbackFailed", &error),
        ("late", "CallbackTimedOut", &error),
    ] {
        let opened = json!({ "CallbackId": name, "Timeout": 60 });
        story.tell(1, "CallbackStarted", Some(name), opened);
        story.tell(50, end, Some(name), details.clone());
    }
    let opened = json!({ "CallbackId": "open" });
    story.tell(50, "CallbackStarted", Some("open"), opened);
    story.step(51, "charge");
    story.record("tx-1", "RUNNING")
}

#[test]
fn callbacks_tell_what_happened_to_them_in_letters_too() {
    let record = asking();
    let page = html(&record, Shown::Data);
    for (class, end, words) in [
        ("answered", "✓", "open, then answered, for 49.000 s"),
        ("refused", "✗", "open, then answered with an error, for"),
        ("late", "!", "open, then timed out, for 49.000 s"),
        ("open", "…", "open, without an answer, since 50.000 s"),
    ] {
        let bar = format!("<i class=\"{class}\" role=\"img\" title=\"{words}");
        assert!(page.contains(&bar), "{bar} in {page}");
        assert!(page.contains(&format!("data-end=\"{end}\"")), "{end}");
        assert!(svg(&record, Shown::Data).contains(&format!("class=\"{class}\"")));
    }
}

#[test]
fn errors_stand_in_the_image_in_short_and_never_as_markup() {
    let image = svg(&asking(), Shown::Data);
    let told = "Refused: &lt;b&gt;not mine&lt;/b&gt;";
    assert_eq!(image.matches(told).count(), 2, "{image}");
    assert!(!image.contains("<b>"), "{image}");
    let mut story = Story::begin("hello");
    story.fail(0, "charge", &"long ".repeat(1_000));
    let image = svg(&story.record("tx-1", "RUNNING"), Shown::Data);
    assert!(image.len() < 5_000, "{image}");
    assert!(
        image.contains("long…</text>") || image.contains("long …</text>"),
        "{image}"
    );
}

#[test]
fn the_axis_says_when_and_how_long_its_folds_are() {
    let mut story = Story::begin("hello");
    story.step(0, "check");
    story.step(82_801, "charge");
    let record = story.record("tx-1", "RUNNING");
    for picture in [html(&record, Shown::Data), svg(&record, Shown::Data)] {
        for told in [">0.0 s<", ">23h 00m<", ">23h 0m 1s<"] {
            assert!(picture.contains(told), "{told} in {picture}");
        }
    }
}

#[test]
fn an_execution_that_was_started_is_inside_of_the_one_that_started_it() {
    let arn = "arn:aws:lambda:r:1:function:pay:3/durable-execution/inner/id";
    let mut story = Story::begin("hello");
    let started = json!({ "FunctionName": "pay:3", "DurableExecutionArn": arn });
    story.tell(0, "ChainedInvokeStarted", Some("pay"), started.clone());
    let outer = story.record("outer", "RUNNING");
    let mut story = Story::begin("private words");
    story.step(0, "reserve");
    // A history may say whatever it wants, that it started itself, too.
    story.tell(2, "ChainedInvokeStarted", Some("again"), started);
    let inner = story.record("inner", "SUCCEEDED");
    let chained = Chained::from([(arn.to_owned(), inner)]);

    let page = html_with(&outer, &chained, Shown::Data);
    for told in ["Execution inner ", "reserve", "private words", arn] {
        assert!(page.contains(told), "{told} in {page}");
    }
    assert_eq!(page.matches("<table").count(), 2, "{page}");
    assert!(!html_with(&outer, &chained, Shown::Outline).contains("private words"));
    let named = html(&outer, Shown::Data);
    assert!(named.contains(arn) && !named.contains("reserve"), "{named}");
}

#[test]
fn executions_inside_of_one_leave_it_below_two_megabytes() {
    let arn = |number: u64| format!("arn:aws:lambda:r:1:function:f:3/durable-execution/e/{number}");
    let mut outer = Story::begin("hello");
    let mut inner = Story::begin("hello");
    for number in 0..1_000 {
        inner.step(number * 2, &format!("operation-{number}"));
    }
    let inner = inner.record("inner", "SUCCEEDED");
    let mut chained = Chained::new();
    for number in 0..20 {
        let started = json!({ "FunctionName": "f:3", "DurableExecutionArn": arn(number) });
        outer.tell(number, "ChainedInvokeStarted", Some(&arn(number)), started);
        chained.insert(arn(number), inner.clone());
    }
    let page = html_with(&outer.record("outer", "RUNNING"), &chained, Shown::Data);
    assert!(page.len() < 2_000_000, "{}", page.len());
    assert!(page.contains(&arn(19)), "all are named");
}

/// The images of the README, each with the history that it was drawn from.
#[test]
fn the_images_of_the_readme_are_what_is_drawn_today() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs");
    for name in ["waiting", "saga"] {
        let history = fs_err::read_to_string(format!("{folder}/{name}.json")).unwrap();
        let record = Record::read(&history).unwrap();
        let kept = fs_err::read_to_string(format!("{folder}/{name}.svg")).unwrap();
        assert!(kept.len() < 30_000, "{}", kept.len());
        assert!(
            svg(&record, Shown::Data) == kept,
            "renew it: deployer executions show --file docs/{name}.json --svg docs/{name}.svg"
        );
    }
}
