//! The code comes to the operations of the executions that are kept in `histories/`.

use std::path::{Path, PathBuf};

use durable_replay::{Otherwise, Program, golden};

fn program() -> Program {
    Program::new(env!("CARGO_BIN_EXE_order-processing"))
        .with("ORDERS_TABLE", "orders")
        .with("CATALOG_TABLE", "catalog")
        .with("LONGEST_WAIT_SECONDS", "86400")
        .with("AUTHORIZE_PAYMENT_FUNCTION", "authorize-payment:live")
        .with("ALLOCATE_INVENTORY_FUNCTION", "allocate-inventory:live")
        .with("FULFILL_ORDER_FUNCTION", "fulfill-order:live")
}

fn kept() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("histories")
}

#[test]
fn the_code_replays_the_histories_that_are_kept() {
    let report = golden(&program(), &kept()).unwrap();
    assert_eq!(report.doubtful().count(), 0, "{report}");
}

/// A change of the code, by the history of the code before it, and what must be found.
type Change = (
    &'static str,
    fn(Otherwise) -> Otherwise,
    &'static str,
    &'static str,
);

const FULFILLED: &str = "fulfilled.json";
const UNDONE: &str = "undone.json";

const CHANGES: [Change; 10] = [
    (UNDONE, |code| code, "nothing", "replays"),
    (
        FULFILLED,
        |code| code.swapped(2, 3),
        "reordered steps",
        "differs: expected CHAINED_INVOKE \"allocate-inventory\", came CHAINED_INVOKE \"authorize-payment\"",
    ),
    (
        UNDONE,
        |code| code.renamed("validate-order", "check-order"),
        "a renamed step",
        "differs: expected STEP \"check-order\", came STEP \"validate-order\"",
    ),
    (
        UNDONE,
        |code| code.with_step(7, "tell-the-carrier"),
        "a step less in the branch that undoes",
        "differs: expected STEP \"tell-the-carrier\", came STEP \"record-result\"",
    ),
    (
        FULFILLED,
        |code| code.without(5),
        "a step added at the end",
        "replays; goes on with STEP \"record-result\", where the execution ended",
    ),
    (
        FULFILLED,
        |code| code.with_step(6, "thank"),
        "a step removed at the end",
        "differs: expected STEP \"thank\", came the end, SUCCEEDED",
    ),
    (
        UNDONE,
        |code| code.without(5),
        "a step added in the middle",
        "differs: expected CHAINED_INVOKE \"void-payment\", came CHAINED_INVOKE \"release-inventory\"",
    ),
    (
        FULFILLED,
        |code| code.with_step(2, "hold"),
        "a step removed in the middle",
        "differs: expected STEP \"hold\", came CHAINED_INVOKE \"authorize-payment\"",
    ),
    (
        FULFILLED,
        |code| code.tried_twice("validate-order"),
        "another retry policy",
        "replays",
    ),
    (
        FULFILLED,
        |code| code.with_result("record-result", "\"2026-12-01T00:00:00Z\""),
        "another body of a step",
        "replays; ends with another result",
    ),
];

#[test]
fn what_a_change_of_the_code_means_is_found() {
    let folder = tempfile::tempdir().unwrap();
    for (number, (kept_in, change, _, _)) in CHANGES.iter().enumerate() {
        let text = std::fs::read_to_string(kept().join(kept_in)).unwrap();
        let changed = change(Otherwise::read(&text).unwrap()).text();
        std::fs::write(folder.path().join(format!("{number:02}.json")), changed).unwrap();
    }
    let report = golden(&program(), folder.path()).unwrap();
    // In the process that checks there is none.
    for (verdict, (_, _, what, expected)) in report.verdicts.iter().zip(CHANGES) {
        assert_eq!(verdict.judgment.to_string(), expected, "{what}");
    }
}
