//! Every refusal of a checkpoint, with the beginning of its reason.

use serde_json::{Value, json};

use super::checkpoint::{retry, wait_start};
use super::{at, checkpoint, running, try_checkpoint, update, with};

type Refusal = (Value, &'static str);

fn one(update: Value, members: Value) -> Value {
    json!([with(update, members)])
}

fn wrong_labels() -> Vec<Refusal> {
    let start = || update("n", "STEP", "START");
    vec![
        (
            json!([update("a b", "STEP", "START")]),
            "Invalid operation id",
        ),
        (
            json!([update(&"x".repeat(65), "STEP", "START")]),
            "Invalid operation id",
        ),
        (one(start(), json!({"Name": "ä"})), "Invalid Name"),
        (one(start(), json!({"Name": ""})), "Invalid Name"),
        (
            one(start(), json!({"SubType": "x".repeat(33)})),
            "Invalid SubType",
        ),
        (
            one(start(), json!({"ParentId": "nobody"})),
            "Invalid parent operation id",
        ),
        (
            one(start(), json!({"ParentId": "step"})),
            "Invalid parent operation id",
        ),
    ]
}

fn wrong_actions() -> Vec<Refusal> {
    let of = |kind: &str, action: &str| json!([update("n", kind, action)]);
    vec![
        (of("CONTEXT", "RETRY"), "Invalid action RETRY"),
        (of("STEP", "CANCEL"), "Invalid action CANCEL"),
        (of("WAIT", "SUCCEED"), "Invalid action SUCCEED"),
        (of("CALLBACK", "FAIL"), "Invalid action FAIL"),
        (of("CHAINED_INVOKE", "CANCEL"), "Invalid action CANCEL"),
        (of("EXECUTION", "START"), "Invalid action START"),
    ]
}

fn wrong_states() -> Vec<Refusal> {
    let execution = json!([
        update("e", "EXECUTION", "SUCCEED"),
        update("n", "STEP", "START")
    ]);
    vec![
        (
            json!([update("n", "WAIT", "CANCEL")]),
            "Invalid current WAIT state",
        ),
        (json!([wait_start("wait", 1)]), "Invalid current WAIT state"),
        (
            json!([update("step", "STEP", "START")]),
            "Invalid current STEP state",
        ),
        (
            json!([update("done", "STEP", "SUCCEED")]),
            "Invalid current STEP state",
        ),
        (
            json!([update("done", "STEP", "FAIL")]),
            "Invalid current STEP state",
        ),
        (json!([retry("done", 1)]), "Invalid current STEP state"),
        (
            json!([retry("n", 1), update("n", "STEP", "SUCCEED")]),
            "Invalid current STEP state",
        ),
        (
            json!([update("context", "CONTEXT", "START")]),
            "Invalid current CONTEXT state",
        ),
        (execution, "EXECUTION checkpoint must be the last"),
    ]
}

fn wrong_identities() -> Vec<Refusal> {
    let end = || update("step", "STEP", "SUCCEED");
    vec![
        (
            json!([update("step", "CONTEXT", "SUCCEED")]),
            "Inconsistent operation type",
        ),
        (
            one(end(), json!({"Name": "other"})),
            "Inconsistent operation name",
        ),
        (
            one(end(), json!({"SubType": "Other"})),
            "Inconsistent operation subtype",
        ),
        (
            one(end(), json!({"ParentId": "context"})),
            "Inconsistent operation parent",
        ),
    ]
}

fn wrong_options() -> Vec<Refusal> {
    let callback = |options: Value| {
        one(
            update("n", "CALLBACK", "START"),
            json!({"CallbackOptions": options}),
        )
    };
    vec![
        (json!([wait_start("n", 0)]), "Invalid WaitOptions"),
        (json!([wait_start("n", 31_622_401)]), "Invalid WaitOptions"),
        (json!([update("n", "WAIT", "START")]), "Invalid WaitOptions"),
        (
            json!([update("step", "STEP", "RETRY")]),
            "Invalid StepOptions",
        ),
        (json!([retry("step", 0)]), "Invalid StepOptions"),
        (
            callback(json!({"TimeoutSeconds": -1})),
            "Invalid CallbackOptions",
        ),
        (
            callback(json!({"HeartbeatTimeoutSeconds": 100_000_000})),
            "Invalid CallbackOptions",
        ),
        (
            json!([update("n", "CHAINED_INVOKE", "START")]),
            "Invalid ChainedInvokeOptions",
        ),
    ]
}

fn wrong_contents() -> Vec<Refusal> {
    let end = || update("step", "STEP", "SUCCEED");
    let large = "x".repeat(1024 * 1024 + 1);
    vec![
        (
            one(end(), json!({"Payload": large})),
            "Payload of operation",
        ),
        (one(end(), json!({"Error": {}})), "Invalid Error"),
        (
            one(update("step", "STEP", "FAIL"), json!({"Payload": "1"})),
            "Invalid Payload",
        ),
    ]
}

#[test]
fn what_is_wrong_is_refused_and_nothing_of_its_batch_applies() {
    let mut execution = running();
    let batch = json!([
        update("context", "CONTEXT", "START"),
        with(
            update("step", "STEP", "START"),
            json!({"Name": "named", "SubType": "Step"})
        ),
        update("done", "STEP", "START"),
        update("done", "STEP", "SUCCEED"),
        wait_start("wait", 10),
    ]);
    checkpoint(&mut execution, batch, at(1));
    let before = execution.clone();
    let refusals = [
        wrong_labels(),
        wrong_actions(),
        wrong_states(),
        wrong_identities(),
        wrong_options(),
        wrong_contents(),
    ];
    for (batch, reason) in refusals.concat() {
        let refused = try_checkpoint(&execution, batch.clone(), at(2))
            .unwrap_err()
            .to_string();
        assert!(refused.starts_with(reason), "{batch}: {refused}");
        // A good update in front of the wrong one changes nothing either.
        let mut mixed = vec![update("good", "STEP", "START")];
        mixed.extend(batch.as_array().unwrap().clone());
        assert!(try_checkpoint(&execution, Value::Array(mixed), at(2)).is_err());
    }
    assert_eq!(execution, before);
}
