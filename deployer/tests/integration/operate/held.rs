//! Executions that are paused while their workflow changes, and go on whatever becomes of the change.

use std::collections::BTreeMap;
use std::process::Stdio;

use super::Small;
use super::many::crowd;
use super::shifts::{kill, told};

impl Small {
    /// Deploys a workflow with three executions, of which a person has paused the second.
    fn with_one_paused() -> Self {
        let small = Self::new();
        small.write(
            "config/stages/dev.yaml",
            "target: local\nbuild_profile: dev\ndeployment: { drain: pause }\n",
        );
        small.deployer(&["up"]).assert().success();
        crowd(&small, "1", [3, 0, 0]);
        let by_hand = ["executions", "pause", "crowd-00001", "--yes"];
        small.deployer(&by_hand).assert().success();
        assert_eq!(small.statuses(), all(["RUNNING", "PAUSED", "RUNNING"]));
        small
    }

    /// Deploys a change, and kills that once executions are held.
    fn killed_while_held(&self, change: &str) {
        let main = "functions/small-orchestrator/src/main.rs";
        self.write(main, &format!("fn main() {{ println!(\"{change}\") }}\n"));
        let mut up = self.process(&["up", "--drain=1m"]);
        let up = up.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut up = up.spawn().unwrap();
        told(&mut up, "`only`: 2 executions held");
        kill(up);
        assert_eq!(self.statuses(), all(["PAUSED", "PAUSED", "PAUSED"]));
    }

    /// Returns how the executions are, by their names.
    fn statuses(&self) -> BTreeMap<String, String> {
        let (code, listed, stderr) = self.run(&["--format", "json", "executions", "list"]);
        assert_eq!(code, Some(0), "{stderr}");
        let lines = listed.lines().map(|line| {
            let listed: serde_json::Value = serde_json::from_str(line).unwrap();
            let text = |key: &str| listed[key].as_str().unwrap_or_default().to_owned();
            (text("name"), text("status"))
        });
        lines.filter(|(name, _)| !name.is_empty()).collect()
    }

    fn mapping(&self) -> String {
        self.json(&["status"]).1["workflows"][0]["mapping"].to_string()
    }

    fn problems(&self) -> String {
        self.json(&["status"]).1["workflows"][0]["problems"].to_string()
    }
}

fn all(statuses: [&str; 3]) -> BTreeMap<String, String> {
    let named = statuses.iter().enumerate();
    named
        .map(|(number, status)| (format!("crowd-{number:05}"), (*status).to_owned()))
        .collect()
}

#[test]
fn executions_are_held_while_their_workflow_changes_and_then_go_on() {
    let small = Small::with_one_paused();
    small.change_function();
    let (code, _, stderr) = small.run(&["up", "--drain=1m"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stderr.contains("`only`: 2 executions held"), "{stderr}");
    let told = "`only`: 2 executions that were held go on";
    assert!(stderr.contains(told), "{stderr}");
    assert_eq!(small.statuses(), all(["RUNNING", "PAUSED", "RUNNING"]));
    assert!(small.mapping().contains("Enabled"), "{}", small.mapping());
    assert_eq!(small.problems(), "[]");
    let history = ["--format", "json", "executions", "show", "crowd-00000"];
    let (_, history, _) = small.run(&history);
    assert!(history.contains("ExecutionPaused"), "{history}");
}

#[test]
fn nothing_stays_held_after_a_kill() {
    let small = Small::with_one_paused();
    small.killed_while_held("changed");
    let problems = small.problems();
    assert!(
        problems.contains("it has paused 2 executions"),
        "{problems}"
    );
    // What this machine remembers is not what tells the next command.
    fs_err::remove_dir_all(small.sandbox.home().join(".deployer/unverified")).unwrap();
    let (code, _, stderr) = small.run(&["up"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(small.statuses(), all(["RUNNING", "PAUSED", "RUNNING"]));
    assert!(small.mapping().contains("Enabled"), "{}", small.mapping());
    assert_eq!(small.problems(), "[]");
    let (_, plan) = small.json(&["plan"]);
    assert_eq!(plan["changes"], false, "{plan}");

    // Who goes back instead opens it as well.
    small.killed_while_held("otherwise");
    let (code, back) = small.json(&["rollback"]);
    assert_eq!(code, Some(0), "{back}");
    assert_eq!(small.statuses(), all(["RUNNING", "PAUSED", "RUNNING"]));
    assert_eq!(small.problems(), "[]");

    // The end of the workflow comes over one that was killed, too.
    small.killed_while_held("again");
    let (code, _, stderr) = small.run(&["destroy", "--yes", "--drain=1s"]);
    assert_eq!(code, Some(4), "{stderr}");
    assert_eq!(small.statuses(), all(["RUNNING", "PAUSED", "RUNNING"]));
}
