//! Many executions, on a small application: listed in little memory, counted by version, and versions
//! pruned once nothing runs on them any more.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use durable_local::LocalSettings;
use durable_local::execution::Crowd;
use serde_json::{Value, json};

use super::Small;

/// The memory that listing may take, in kilobytes.
const MOST_MEMORY: u64 = 60 * 1024;

#[test]
fn twenty_thousand_executions_are_listed_in_little_memory() {
    let small = Small::new();
    small.deployer(&["up"]).assert().success();
    crowd(&small, "1", [5_000, 14_999, 1]);
    let mut listing = small
        .sandbox
        .process(&["--format", "json", "executions", "list"]);
    let mut listing = listing.stdout(Stdio::piped()).spawn().unwrap();
    let mut names = BTreeSet::new();
    let mut memory = 0;
    for (number, line) in BufReader::new(listing.stdout.take().unwrap())
        .lines()
        .enumerate()
    {
        let listed: Value = serde_json::from_str(&line.unwrap()).unwrap();
        names.insert(listed["name"].as_str().unwrap().to_owned());
        if number % 500 == 0 {
            memory = peak_memory(listing.id()).unwrap_or(memory);
        }
    }
    assert!(listing.wait().unwrap().success());
    assert_eq!(names.len(), 20_000);
    assert!(memory > 0 && memory < MOST_MEMORY, "{memory} kB");
    some_are_listed_as_asked_for(&small);
}

/// Returns the most memory that a process had so far, in kilobytes, where the system tells.
pub(crate) fn peak_memory(process: u32) -> Option<u64> {
    let status = fs_err::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn some_are_listed_as_asked_for(small: &Small) {
    let list = |arguments: &[&str]| -> Vec<Value> {
        let (code, stdout, stderr) =
            small.run(&[&["--format", "json", "executions", "list"], arguments].concat());
        assert_eq!(code, Some(0), "{stderr}");
        let lines = stdout.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    };
    let newest = list(&["--limit", "3"]);
    let oldest = list(&["--limit", "3", "--oldest-first"]);
    for (listed, is_sorted) in [(&newest, false), (&oldest, true)] {
        let started: Vec<_> = listed
            .iter()
            .map(|execution| execution["started_at"].as_str().unwrap())
            .collect();
        assert_eq!(started.len(), 3);
        assert_eq!(started.is_sorted(), is_sorted, "{started:?}");
    }
    assert_eq!(oldest[0]["name"], "crowd-00000");
    assert_eq!(list(&["--status", "running"]).len(), 5_000);
    assert_eq!(list(&["--status", "failed"]).len(), 1);
    assert_eq!(list(&["--name", "crowd-0000"]).len(), 10);
    assert_eq!(list(&["--version", "1", "--limit", "2"]).len(), 2);
    assert_eq!(
        list(&["--waiting-for", "ask", "--limit", "20", "--oldest-first"]).len(),
        20
    );
    let (_, status) = small.json(&["status"]);
    let unfinished = &status["workflows"][0]["unfinished_executions"];
    assert_eq!(
        *unfinished,
        json!({ "by_version": { "1": 5_000 }, "is_complete": true })
    );
}

#[test]
fn a_version_goes_when_nothing_runs_on_it_any_more() {
    let small = Small::new();
    small.deployer(&["up"]).assert().success();
    crowd(&small, "1", [3, 0, 0]);
    for change in ["two", "three", "four"] {
        small.write(
            "functions/small-orchestrator/src/main.rs",
            &format!("fn main() {{ println!(\"{change}\") }}\n"),
        );
        small.deployer(&["up"]).assert().success();
    }
    let prune = ["prune", "--keep", "1"];
    let dry = [&prune[..], &["--dry-run"]].concat();
    let (code, planned) = small.json(&dry);
    assert_eq!(code, Some(0), "{planned}");
    assert_eq!(planned["deleted"], json!([]));
    assert_eq!(versions(&planned), ["4 alias", "3", "2", "1 unfinished"]);

    let (code, _, stderr) = small.run(&prune);
    assert_eq!(code, Some(3), "nobody agreed: {stderr}");
    let (code, pruned) = small.json(&[&prune[..], &["--yes"]].concat());
    assert_eq!(code, Some(0), "{pruned}");
    assert_eq!(pruned["deleted"].as_array().unwrap().len(), 2, "{pruned}");
    assert_eq!(versions(&small.json(&dry).1), ["4 alias", "1 unfinished"]);

    small
        .deployer(&["executions", "stop", "--all", "--yes"])
        .assert()
        .success();
    let (code, pruned) = small.json(&[&prune[..], &["--yes"]].concat());
    assert_eq!(code, Some(0), "{pruned}");
    assert_eq!(versions(&small.json(&dry).1), ["4 alias"]);
}

/// Returns the versions of the orchestrator, each with why it stays.
fn versions(document: &Value) -> Vec<String> {
    let functions = document["functions"].as_array().unwrap();
    let orchestrator = functions.iter().find(|function| {
        let name = function["function"].as_str().unwrap();
        name.contains("Orchestrator")
    });
    let versions = orchestrator.unwrap()["versions"].as_array().unwrap();
    let told = versions.iter().map(|version| {
        let reason = version["kept"]["reason"].as_str().unwrap_or_default();
        format!("{} {reason}", version["version"]).trim().to_owned()
    });
    told.collect()
}

/// Puts executions of a version into the store of the local target: waiting, succeeded, failed.
pub(crate) fn crowd(small: &Small, version: &str, kinds: [usize; 3]) {
    crowd_on(small, "dev", version, kinds);
}

/// As [`crowd`], on a stage.
pub(crate) fn crowd_on(
    small: &Small,
    stage: &str,
    version: &str,
    [waiting, succeeded, failed]: [usize; 3],
) {
    let (_, status) = small.json(&["status", "--stage", stage]);
    let functions = status["workflows"][0]["functions"].as_array().unwrap();
    let orchestrator = functions
        .iter()
        .find(|function| function["function"] == "small-orchestrator");
    let name = orchestrator.unwrap()["name"].as_str().unwrap();
    small.deployer(&["local", "stop"]).assert().success();
    let settings = LocalSettings {
        project: small.sandbox.home().to_owned(),
        port: 0,
        region: "us-east-1".to_owned(),
        account: "000000000000".to_owned(),
        enforce_iam: true,
    };
    let crowd = Crowd {
        function_arn: format!("arn:aws:lambda:us-east-1:000000000000:function:{name}"),
        version: version.to_owned(),
        prefix: "crowd".to_owned(),
        waiting,
        succeeded,
        failed,
    };
    crowd.write(&settings.executions_folder()).unwrap();
    small.deployer(&["local", "start"]).assert().success();
}
