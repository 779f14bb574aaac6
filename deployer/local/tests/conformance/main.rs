//! The requirement files of AWS's conformance tests, run against the service.

#![expect(
    clippy::unwrap_used,
    reason = "a requirement that cannot be read fails the test"
)]
#![expect(
    clippy::indexing_slicing,
    reason = "a missing member of a document reads as null"
)]

mod handlers;
mod matcher;
#[path = "../support/mod.rs"]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{ErrorObject, InvocationType};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use handlers::{Handlers, Logs};
use matcher::Bindings;
use support::World;

/// Files that no handler of the Rust SDK can express, each with the reason.
const NOT_RUN: &[(&str, &str)] = &[];

/// Files that say themselves that they list only some of the events.
const PARTIAL: &[&str] = &["8-11", "9-11"];

/// The folders of the files.
const FAMILIES: [&str; 9] = [
    "step",
    "wait",
    "child",
    "callback",
    "invoke",
    "wait_for_condition",
    "wait_for_callback",
    "parallel",
    "map",
];

/// Reads every requirement, by its number.
fn requirements() -> BTreeMap<String, Value> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    let mut requirements = BTreeMap::new();
    for family in FAMILIES {
        for entry in std::fs::read_dir(root.join(family)).unwrap() {
            let path = entry.unwrap().path();
            let number = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            requirements.insert(number, serde_yaml::from_str(&text).unwrap());
        }
    }
    requirements
}

#[tokio::test(flavor = "multi_thread")]
async fn every_requirement_is_met() {
    let world = Arc::new(World::new().await);
    let logs = Logs::default();
    let mut handlers = Handlers {
        world: &world,
        logs: Arc::clone(&logs),
        known: Vec::new(),
    };
    handlers::register(&mut handlers);
    let known: BTreeSet<String> = handlers.known.into_iter().collect();
    let requirements = requirements();
    assert_eq!(requirements.len(), 148);
    let listed = NOT_RUN.iter().map(|(number, _)| (*number).to_owned());
    let covered: BTreeSet<String> = known.iter().cloned().chain(listed).collect();
    assert_eq!(
        covered,
        requirements.keys().cloned().collect(),
        "neither run nor listed"
    );

    let mut runs = JoinSet::new();
    for (number, requirement) in requirements {
        if known.contains(&number) {
            let (world, logs) = (Arc::clone(&world), Arc::clone(&logs));
            runs.spawn(async move {
                let differences = Box::pin(run(&world, &logs, &number, &requirement)).await;
                (number, differences)
            });
        }
    }
    let mut failed = Vec::new();
    while let Some(run) = runs.join_next().await {
        let (number, differences) = run.unwrap();
        if !differences.is_empty() {
            failed.push(format!("{number}:\n  {}", differences.join("\n  ")));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert_eq!(
        world
            .gateway
            .overlaps
            .load(std::sync::atomic::Ordering::SeqCst),
        0
    );
}

/// Runs one requirement and returns in what it is not met.
async fn run(world: &Arc<World>, logs: &Logs, number: &str, requirement: &Value) -> Vec<String> {
    let mut bindings = Bindings::of(&requirement["Variables"]);
    let input = bindings.substitute(&requirement["Input"]);
    let asynchronous = requirement["AsyncInvoke"] == json!(true);
    let arn = if asynchronous {
        world.start(number, None, &input).await
    } else {
        invoke(world, number, &input).await
    };
    let actions = bindings.substitute(&requirement["CallbackActions"]);
    let answers = tokio::spawn(answer(Arc::clone(world), arn.clone(), actions));
    let ends = !requirement["ExpectedResult"].is_null();
    let events = requirement["ExpectedExecutionHistory"].as_array().unwrap();
    if ends {
        world.ended(&arn).await;
    } else {
        support::eventually("history grows", || async {
            (world.history(&arn).await.len() > events.len()).then_some(())
        })
        .await;
    }
    let mut differences = Vec::new();
    if ends {
        answers.await.unwrap();
        let execution = world.describe(&arn).await;
        let expected = bindings.substitute(&requirement["ExpectedResult"]);
        let actual = json!({
            "ExecutionStatus": execution.status().as_str(),
            "Result": result(execution.result(), &expected["Result"]),
        });
        bindings.compare(&expected, &actual, "ExpectedResult", &mut differences);
    }
    let history = world.history(&arn).await;
    compare_history(
        number,
        events,
        &history,
        ends,
        &mut bindings,
        &mut differences,
    );
    compare_logs(number, requirement, logs, &bindings, &mut differences);
    if !differences.is_empty() {
        let types: Vec<&str> = history
            .iter()
            .filter_map(|e| e["EventType"].as_str())
            .collect();
        differences.push(format!("the history was {types:?}"));
    }
    differences
}

/// Returns the result of an execution: as it is where the file gives its text, and else what the
/// text says.
fn result(text: Option<&str>, expected: &Value) -> Value {
    match text {
        Some(text) if expected == text => json!(text),
        Some(text) => serde_json::from_str(text).unwrap(),
        None => Value::Null,
    }
}

/// Invokes a function and waits for its end.
async fn invoke(world: &World, function: &str, input: &Value) -> String {
    let output = world
        .client
        .invoke()
        .function_name(function)
        .qualifier("$LATEST")
        .invocation_type(InvocationType::RequestResponse)
        .payload(Blob::new(input.to_string()))
        .send()
        .await
        .unwrap();
    output.durable_execution_arn().unwrap().to_owned()
}

/// Sends the callbacks of a requirement, those of one name one after the other.
#[expect(
    clippy::disallowed_methods,
    reason = "the pause between two looks, with a deadline"
)]
async fn answer(world: Arc<World>, arn: String, actions: Value) {
    let mut by_name: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for action in actions.as_array().into_iter().flatten() {
        let name = action["CallbackName"].as_str().unwrap().to_owned();
        by_name.entry(name).or_default().push(action.clone());
    }
    let mut senders = JoinSet::new();
    for (name, actions) in by_name {
        let (world, arn) = (Arc::clone(&world), arn.clone());
        senders.spawn(async move {
            let mut answered = 0;
            for action in actions {
                let id = callback(&world, &arn, &name, answered).await;
                // The delay is the requirement's own.
                let delay = action["Delay"].as_f64().unwrap_or_default();
                tokio::time::sleep(Duration::from_secs_f64(delay)).await;
                send(&world, &id, &action).await;
                // A name that stands for any is of one callback after the other.
                let goes_on = name == "*" && action["Operation"] != "heartbeat";
                answered += usize::from(goes_on);
            }
        });
    }
    senders.join_all().await;
}

/// Waits for the callback that a file means by a name and returns its id.
async fn callback(world: &World, arn: &str, name: &str, answered: usize) -> String {
    if name == "*" {
        world.nth_callback(arn, answered).await
    } else {
        world.callback(arn, name).await
    }
}

async fn send(world: &World, id: &str, action: &Value) {
    match action["Operation"].as_str().unwrap() {
        "success" => {
            let payload = action.get("Payload").map(ToString::to_string);
            let request = world.client.send_durable_execution_callback_success();
            let request = request.callback_id(id).set_result(payload.map(Blob::new));
            request.send().await.unwrap();
        }
        "failure" => {
            let text = |member: &str| action["Payload"][member].as_str().map(str::to_owned);
            let error = ErrorObject::builder()
                .set_error_type(text("ErrorType"))
                .set_error_message(text("ErrorMessage"))
                .build();
            let request = world.client.send_durable_execution_callback_failure();
            request.callback_id(id).error(error).send().await.unwrap();
        }
        _ => {
            let request = world.client.send_durable_execution_callback_heartbeat();
            request.callback_id(id).send().await.unwrap();
        }
    }
}

/// Compares all events: those listed by their id, and that there are no others but the execution's
/// own start and end.
fn compare_history(
    number: &str,
    expected: &[Value],
    actual: &[Value],
    ends: bool,
    bindings: &mut Bindings,
    differences: &mut Vec<String>,
) {
    for (index, event) in actual.iter().enumerate() {
        if event["EventId"] != json!(index + 1) {
            differences.push(format!("event {index} has the id {}", event["EventId"]));
        }
    }
    for event in expected {
        let id = event["EventId"].as_u64().unwrap();
        match actual.iter().find(|actual| actual["EventId"] == json!(id)) {
            Some(actual) => bindings.compare(event, actual, &format!("event {id}"), differences),
            None => differences.push(format!("event {id} is missing: {}", event["EventType"])),
        }
    }
    if PARTIAL.contains(&number) {
        return;
    }
    let listed: BTreeSet<u64> = expected
        .iter()
        .filter_map(|e| e["EventId"].as_u64())
        .collect();
    // Files that list the end of the execution leave out the invocation that brought it.
    let last = if ends { actual.len() - 1 } else { actual.len() };
    for (index, event) in actual.iter().enumerate() {
        let kind = event["EventType"].as_str().unwrap_or_default();
        let own = kind == "ExecutionStarted"
            || (ends && ["ExecutionSucceeded", "ExecutionFailed"].contains(&kind))
            || (kind == "InvocationCompleted" && index + 1 == last);
        if !own && !listed.contains(&event["EventId"].as_u64().unwrap_or_default()) {
            differences.push(format!(
                "event {} is not expected: {kind}",
                event["EventId"]
            ));
        }
    }
}

/// Counts the lines that a handler had to log.
fn compare_logs(
    number: &str,
    requirement: &Value,
    logs: &Logs,
    bindings: &Bindings,
    differences: &mut Vec<String>,
) {
    let lines = logs
        .lock()
        .unwrap()
        .get(number)
        .cloned()
        .unwrap_or_default();
    for expected in requirement["ExpectedLogs"].as_array().into_iter().flatten() {
        let pattern = bindings.substitute(&expected["match"]["message"]);
        let pattern = pattern.as_str().unwrap().trim_matches('/').to_owned();
        let expression = regex_lite::Regex::new(&pattern).unwrap();
        let count = lines
            .iter()
            .filter(|line| expression.is_match(line))
            .count();
        if json!(count) != expected["count"] {
            differences.push(format!("{count} log lines match {pattern}"));
        }
    }
}
