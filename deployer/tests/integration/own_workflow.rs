//! "Add your own workflow": a reader who copies the README's blocks gets a workflow that works.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::sandbox::{Sandbox, repository};

const PATIENCE: Duration = Duration::from_mins(2);

#[test]
fn the_walk_through_of_the_readme_makes_a_workflow_that_works() {
    let sandbox = Sandbox::with_whole_copy();
    follow(&sandbox, "Add your own workflow");

    let works = || {
        sandbox.deployer(&["up", "greeting"]).assert().success();
        let tested = sandbox
            .deployer(&["smoke-test", "greeting"])
            .assert()
            .success();
        let stdout = String::from_utf8_lossy(&tested.get_output().stdout).into_owned();
        assert!(stdout.contains("1 passed, 0 failed"), "{stdout}");
    };
    works();
    what_would_not_replay_is_found_first(&sandbox);
    a_new_version_comes_by_shares(&sandbox);
    // The same binary runs in place of a managed runtime, and finds its messages in a notification.
    let app = "config/app.yaml";
    sandbox.edit(
        app,
        "function: greeting,",
        "function: greeting, runtime: nodejs24.x,",
    );
    sandbox.edit(
        app,
        "intake: { execution_name: \"{stage}-visit",
        "intake: { envelope: sns, execution_name: \"{stage}-visit",
    );
    works();
    sandbox
        .deployer(&["destroy", "greeting", "--yes"])
        .assert()
        .success();
}

/// Does what a section of the README says: writes its blocks into the files that they name.
pub(crate) fn follow(sandbox: &Sandbox, section: &str) {
    let project = sandbox.project();
    let blocks = blocks(section);
    assert_eq!(blocks.len(), 4, "{:?}", blocks.keys());
    for (file, text) in &blocks {
        let path = project.join(file);
        if path.exists() {
            let whole = fs_err::read_to_string(&path).unwrap();
            fs_err::write(&path, format!("{}\n{text}", whole.trim_end())).unwrap();
        } else {
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(&path, text).unwrap();
        }
    }
    let lock = Command::new("cargo")
        .args(["metadata", "--format-version", "1"])
        .current_dir(project)
        .output()
        .unwrap();
    assert!(
        lock.status.success(),
        "{}",
        String::from_utf8_lossy(&lock.stderr)
    );
}

/// A step gets another name, and the executions that were made so far would not be replayed by it.
fn what_would_not_replay_is_found_first(sandbox: &Sandbox) {
    let (code, own, stderr) = ran(sandbox, &["replay-check", "greeting", "--format", "json"]);
    assert_eq!(code, Some(0), "{stderr}");
    let own: Value = serde_json::from_str(&own).unwrap();
    let verdicts = own["workflows"][0]["verdicts"].as_array().unwrap();
    assert!(!verdicts.is_empty(), "{own}");
    assert!(
        verdicts
            .iter()
            .all(|verdict| verdict["verdict"] == "replays"),
        "{own}"
    );

    let (main, stage) = ("functions/greeting/src/main.rs", "config/stages/dev.yaml");
    sandbox.edit(main, ".name(\"greet\")", ".name(\"salute\")");
    let (code, stdout, stderr) = ran(sandbox, &["replay-check", "greeting"]);
    assert_eq!(code, Some(10), "{stdout}{stderr}");
    let told = r#"differs: expected STEP "greet", came STEP "salute""#;
    assert!(stdout.contains(told), "{stdout}");
    sandbox.edit(
        stage,
        "mode: express",
        "mode: express, replay_check: require",
    );
    let (code, _, stderr) = ran(sandbox, &["up", "greeting", "--yes"]);
    assert_eq!(code, Some(10), "{stderr}");
    assert!(
        stderr.contains("would not replay; nothing was changed"),
        "{stderr}"
    );
    let (_, plan, _) = ran(sandbox, &["status", "greeting", "--format", "json"]);
    assert!(!plan.contains(r#""version":"2""#), "{plan}");
    let goes_back = "replay_check: report, failed_smoke_test: roll-back";
    sandbox.edit(stage, "replay_check: require", goes_back);
    let (code, stdout, stderr) = ran(sandbox, &["up", "greeting", "--smoke"]);
    assert_eq!(code, Some(10), "{stdout}{stderr}");
    assert!(stderr.contains("They stay on their version"), "{stderr}");
    let back = "greeting is back on version 1, because the smoke test of version 2 failed";
    assert!(stdout.contains(back), "{stdout}");
    sandbox.edit(main, ".name(\"salute\")", ".name(\"greet\")");
}

/// A version that fails one visit in three goes back with the first half of the visits; the mended one arrives.
fn a_new_version_comes_by_shares(sandbox: &Sandbox) {
    let (main, stage) = ("functions/greeting/src/main.rs", "config/stages/dev.yaml");
    let begin = "    context.wait(Duration";
    let fails = "    if visit.name == \"B\" {\n        return Err(\"no\".into());\n    }\n    context.wait(Duration";
    sandbox.edit(main, begin, fails);
    let asks = "replay_check: report, failed_smoke_test: roll-back";
    sandbox.edit(stage, asks, "traffic: { step: 50%, every: 1m }");
    let mut up = sandbox.process(&["up", "greeting", "--yes"]);
    let up = up
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let standing = || {
        let (_, status, _) = ran(sandbox, &["status", "greeting", "--format", "json"]);
        let status: Value = serde_json::from_str(&status).unwrap();
        status["workflows"][0]["functions"][0].clone()
    };
    let deadline = Instant::now() + PATIENCE;
    while standing()["shares"].as_object().is_none() {
        assert!(Instant::now() < deadline, "{}", standing());
    }
    assert_eq!(standing()["version"], "1", "{}", standing());
    for visit in 0..12 {
        for name in ["A", "B", "C"] {
            let visit = format!(r#"{{"visit_id":"by-shares-{visit}-{name}","name":"{name}"}}"#);
            let (code, _, stderr) = ran(sandbox, &["executions", "start", "greeting", &visit]);
            assert_eq!(code, Some(0), "{stderr}");
        }
    }
    let up = up.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&up.stderr);
    assert_eq!(up.status.code(), Some(10), "{stderr}");
    assert!(
        stderr.contains("50 % of new executions of `greeting` start on version"),
        "{stderr}"
    );
    assert!(
        stderr.contains("new executions start on version 1 again"),
        "{stderr}"
    );
    assert!(stderr.contains("failed: dev-visit-by-shares-"), "{stderr}");
    assert_eq!(standing()["version"], "1", "{}", standing());
    assert!(standing()["shares"].is_null(), "{}", standing());

    sandbox.edit(main, fails, begin);
    sandbox.edit(stage, "every: 1m", "every: 1s");
    let (code, _, stderr) = ran(sandbox, &["up", "greeting"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(standing()["shares"].is_null(), "{}", standing());
    assert_ne!(standing()["version"], "1", "{}", standing());
    sandbox.edit(stage, "traffic: { step: 50%, every: 1s }", asks);
}

fn ran(sandbox: &Sandbox, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = sandbox.deployer(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

/// Returns the blocks of a section of the README that name a file, by that file.
fn blocks(section: &str) -> BTreeMap<String, String> {
    let readme = fs_err::read_to_string(repository().join("README.md")).unwrap();
    let (_, after) = readme.split_once(&format!("\n## {section}\n")).unwrap();
    let section = after.split("\n## ").next().unwrap();
    let mut blocks = BTreeMap::new();
    let mut lines = section.lines();
    while let Some(line) = lines.next() {
        let named = line
            .strip_prefix("```")
            .and_then(|head| head.split_once(' '));
        if let Some((_, file)) = named {
            let text: String = lines
                .by_ref()
                .take_while(|line| *line != "```")
                .flat_map(|line| [line, "\n"])
                .collect();
            blocks.insert(file.to_owned(), text);
        }
    }
    blocks
}
