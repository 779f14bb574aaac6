//! The code comes to the operations of the executions that are kept in `histories/`.

use std::path::{Path, PathBuf};

use durable_replay::{Judgment, Program, golden};

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

#[test]
fn a_step_of_another_name_is_another_step() {
    let history = std::fs::read_to_string(kept().join("approved-by-sms.json")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let renamed = history.replace(r#""Name":"suspend""#, r#""Name":"pause""#);
    std::fs::write(folder.path().join("renamed.json"), renamed).unwrap();
    let report = golden(&program(), folder.path()).unwrap();
    assert!(report.verdicts.iter().all(|verdict| {
        matches!(&verdict.judgment, Judgment::Differs { expected, came } if expected.contains("pause") && came.contains("suspend"))
    }), "{report}");
}
