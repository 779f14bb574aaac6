//! Fraud detection writes to cardholders, who answer by the links: every scenario of its own, and those of `asking/`.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::sandbox::Sandbox;
use crate::templates::let_fraud_detection_ask;

const SCENARIOS: &str = include_str!("asking/scenarios.yaml");
/// What is in the contacts of the scenarios.
const CONTACTS: [&str; 3] = ["+12025550123", "2025550123", "ada@example.com"];

#[test]
fn people_are_asked_and_answer_by_links_and_nothing_of_that_is_left_in_logs_and_histories() {
    let sandbox = Sandbox::with_whole_copy();
    let_fraud_detection_ask(&sandbox, "dev");
    let scenarios = sandbox.project().join("config/smoke/fraud-detection.yaml");
    let own = fs_err::read_to_string(&scenarios).unwrap();
    fs_err::write(&scenarios, format!("{own}\n{SCENARIOS}")).unwrap();
    sandbox
        .deployer(&["up", "fraud-detection"])
        .assert()
        .success();
    sandbox
        .deployer(&["smoke-test", "fraud-detection"])
        .assert()
        .success();
    let tokens = tokens(&sandbox);
    // Two scenarios ask through both channels, one too, and one through e-mail alone.
    assert!(tokens.len() >= 7, "{}", tokens.len());

    let logs = sandbox.deployer(&["logs", "--since", "1h"]).output();
    let logs = String::from_utf8_lossy(&logs.unwrap().stdout).into_owned();
    assert!(logs.contains("answered"), "the page tells what it did");
    let local = sandbox.home().join(".deployer/local");
    let mut kept = files(&local.join("executions"));
    assert!(!kept.is_empty());
    kept.extend(["local.log", "ministack.log"].map(|log| local.join(log)));
    let mut texts: Vec<String> = kept.iter().map(|path| read(path)).collect();
    texts.push(logs);
    for secret in tokens.iter().map(String::as_str).chain(CONTACTS) {
        assert!(
            texts.iter().all(|text| !text.contains(secret)),
            "{secret} was left behind"
        );
    }
    sandbox
        .deployer(&["destroy", "fraud-detection", "--yes"])
        .assert()
        .success();
}

/// Returns the tokens of all links that were sent.
fn tokens(sandbox: &Sandbox) -> Vec<String> {
    let inbox = sandbox
        .deployer(&["--format", "json", "local", "inbox"])
        .output();
    let inbox: Value = serde_json::from_slice(&inbox.unwrap().stdout).unwrap();
    let messages = inbox["messages"].as_array().unwrap().iter();
    let links = messages.flat_map(|message| message["links"].as_array().unwrap());
    let tokens = links.filter_map(|link| Some(link.as_str()?.rsplit_once('/')?.1.to_owned()));
    tokens.collect()
}

/// Returns the files of a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs_err::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&fs_err::read(path).unwrap()).into_owned()
}
