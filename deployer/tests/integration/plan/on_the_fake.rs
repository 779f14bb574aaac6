//! Plans over states that only the fake CloudFormation has, and what planning calls.

use deployer::error::Kind;
use serde_json::{Value, json};

use super::project::{Project, STACK};
use crate::fake_cloudformation::{FakeCloudFormation, Phase};

const READS: [&str; 3] = ["DescribeStacks", "GetTemplate", "ListStackResources"];

/// Returns a project whose stage is served by a fake.
fn served() -> (Project, FakeCloudFormation) {
    let (project, fake) = (Project::new(), FakeCloudFormation::start());
    project.serve("dev", fake.endpoint());
    (project, fake)
}

#[test]
fn planning_reads_and_does_nothing_else() {
    let (project, fake) = served();
    project.expect(11, &["plan", "--exit-code"]);
    project.expect(0, &["up"]);
    let created = fake.status(STACK);
    project.more_memory();
    fake.forget_calls();
    let said = project.expect(11, &["plan", "--exit-code"]);
    assert!(
        said.stdout.contains("MemorySize: 512 → 1024"),
        "{}",
        said.stdout
    );
    assert!(!fake.calls().is_empty());
    for call in fake.calls() {
        assert!(READS.contains(&call.as_str()), "{call}");
    }
    assert_eq!(fake.status(STACK), created);
    assert!(fake.change_sets(STACK).is_empty());
}

#[test]
fn an_unchanged_stack_is_seen_with_two_calls() {
    let (project, fake) = served();
    project.expect(0, &["up", "fraud-detection"]);
    fake.forget_calls();
    project.expect(0, &["up", "fraud-detection"]);
    assert_eq!(fake.calls(), ["DescribeStacks", "GetTemplate"]);
}

#[test]
fn a_stack_that_never_came_to_be_is_planned_anew() {
    let (project, fake) = served();
    fake.fail("OrchestratorFunction", Phase::Create, "no");
    project.expect(9, &["up"]);
    assert_eq!(fake.status(STACK).as_deref(), Some("ROLLBACK_COMPLETE"));
    let said = project.expect(11, &["plan", "--exit-code", "--format", "json"]);
    let document: Value = serde_json::from_str(&said.stdout).unwrap();
    let stacks = document["stacks"].as_array().unwrap();
    let stack = stacks.iter().find(|stack| stack["stack"] == STACK).unwrap();
    assert_eq!(stack["action"], "recover");
    assert_eq!(stack["status"], "ROLLBACK_COMPLETE");
    assert_eq!(stack["settings"], json!([]));
    let resources = stack["resources"].as_array().unwrap();
    assert!(resources.len() > 10, "{resources:?}");
    assert!(
        resources
            .iter()
            .all(|resource| resource["action"] == "added")
    );
    let words = project.expect(0, &["plan"]).stdout;
    assert!(
        words.contains("is in ROLLBACK_COMPLETE, which `up` ends first"),
        "{words}"
    );
}

#[test]
fn without_consent_a_protected_stage_is_not_touched() {
    let (project, fake) = served();
    project.protect();
    fake.forget_calls();
    let said = project.expect(3, &["up"]);
    assert!(
        said.stderr
            .contains("changing stage `dev` needs a confirmation"),
        "{}",
        said.stderr
    );
    for call in fake.calls() {
        assert!(READS.contains(&call.as_str()), "{call}");
    }
    project.expect(0, &["up", "--yes"]);
    assert_eq!(fake.status(STACK).as_deref(), Some("CREATE_COMPLETE"));
}

#[test]
fn credentials_of_another_account_are_refused_before_anything_is_read() {
    let (project, fake) = served();
    project.serve("prod", fake.endpoint());
    let said = project.expect(
        i32::from(Kind::Permission.exit_code()),
        &["--stage", "prod", "plan"],
    );
    for account in ["444455556666", "000000000000"] {
        assert!(said.stderr.contains(account), "{}", said.stderr);
    }
    assert_eq!(fake.calls(), ["GetCallerIdentity"]);
    assert!(!project.file("target").exists(), "nothing was built either");
}
