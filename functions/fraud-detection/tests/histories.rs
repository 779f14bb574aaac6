//! The code comes to the operations of the executions that are kept in `histories/`.

use std::path::{Path, PathBuf};

use durable_replay::{Otherwise, Program, golden};

fn program() -> Program {
    Program::new(env!("CARGO_BIN_EXE_fraud-detection"))
        .with("TRANSACTIONS_TABLE", "transactions")
        .with("LONGEST_WAIT_SECONDS", "86400")
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

const APPROVED: &str = "approved-by-sms.json";
const WAITS: &str = "waits-for-an-answer.json";

const CHANGES: [Change; 10] = [
    (APPROVED, |code| code, "nothing", "replays"),
    (
        APPROVED,
        |code| code.swapped(1, 2),
        "reordered steps",
        "differs: expected STEP \"suspend\", came STEP \"fraud-check\"",
    ),
    (
        WAITS,
        |code| code.renamed("fraud-check", "score"),
        "a renamed step",
        "differs: expected STEP \"score\", came STEP \"fraud-check\"",
    ),
    (
        WAITS,
        |code| code.with_branch(3, 6, "letter"),
        "a removed branch",
        "differs: expected CONTEXT \"letter\" (ParallelBranch), came a wait",
    ),
    (
        APPROVED,
        |code| code.without(6),
        "a step added at the end",
        "replays; goes on with STEP \"finalize\", where the execution ended",
    ),
    (
        APPROVED,
        |code| code.with_step(7, "thank"),
        "a step removed at the end",
        "differs: expected STEP \"thank\", came the end, SUCCEEDED",
    ),
    (
        WAITS,
        |code| code.without(2),
        "a step added in the middle",
        "differs: expected CONTEXT \"verification\" (Parallel), came STEP \"suspend\"",
    ),
    (
        APPROVED,
        |code| code.with_step(3, "announce"),
        "a step removed in the middle",
        "differs: expected STEP \"announce\", came CONTEXT \"verification\" (Parallel)",
    ),
    (
        WAITS,
        |code| code.tried_twice("suspend"),
        "another retry policy",
        "replays",
    ),
    (
        APPROVED,
        |code| code.with_result("fraud-check", "4"),
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
