//! Plans over states that only the fake CloudFormation has, and what planning calls.

use std::process::Command;

use aws_config::BehaviorVersion;
use aws_sdk_cloudformation::config::{Credentials, Region};
use deployer::error::Kind;
use serde_json::{Value, json};

use super::project::{Project, STACK};
use crate::commit::commit;
use crate::fake_cloudformation::{FakeCloudFormation, Phase};
use crate::python;

const READS: [&str; 4] = [
    "DescribeStacks",
    "GetTemplate",
    "ListDurableExecutionsByFunction",
    "ListStackResources",
];

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

/// Returns the template that a stack was last brought to.
fn deployed(fake: &FakeCloudFormation, stack: &str) -> String {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let configuration = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .endpoint_url(fake.endpoint())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("000000000000", "x", None, None, "test"))
            .load()
            .await;
        let call = aws_sdk_cloudformation::Client::new(&configuration).get_template();
        let read = call.stack_name(stack).send().await.unwrap();
        read.template_body.unwrap()
    })
}

#[test]
fn the_revision_that_was_planned_is_the_one_that_runs() {
    let (project, fake) = served();
    let one = commit(project.sandbox.project());
    project.expect(0, &["up"]);
    project.more_memory();
    let file = project.file("one.plan");
    let file = file.to_str().unwrap();
    let words = project.expect(0, &["plan", "--out", file]).stdout;
    assert!(!words.contains("deployer:revision"), "{words}");
    let said = project.expect(0, &["plan", "--format", "json"]).stdout;
    let dirty = format!("{one}-dirty");
    assert!(said.contains(&dirty), "{said}");
    let two = commit(project.sandbox.project());
    project.expect(0, &["up", "--plan", file]);
    let template = deployed(&fake, STACK);
    for (revision, stands) in [(&one, true), (&dirty, true), (&two, false)] {
        assert_eq!(template.contains(revision.as_str()), stands, "{template}");
    }
    let template: Value = serde_json::from_str(&template).unwrap();
    let by = whoami::username().unwrap();
    assert_eq!(
        template["Metadata"]["Deployer"],
        json!({ "Revision": dirty, "DeployedBy": by })
    );
    fake.forget_calls();
    project.expect(0, &["up", "fraud-detection"]);
    assert_eq!(fake.calls(), ["DescribeStacks", "GetTemplate"]);
}

#[test]
fn cfn_lint_has_no_finding_in_what_is_sent() {
    let (project, fake) = served();
    let revision = commit(project.sandbox.project());
    let cfn_lint = python::program("cfn-lint", "cfn-lint");
    let folder = project.file("sent");
    fs_err::create_dir_all(&folder).unwrap();
    project.expect(0, &["up"]);
    let stacks = [
        STACK,
        "durable-dev-order-processing",
        "durable-dev-artifacts",
    ];
    let files = stacks.map(|stack| {
        let template = deployed(&fake, stack);
        assert!(template.contains(&revision), "{template}");
        let file = folder.join(format!("{stack}.json"));
        fs_err::write(&file, template).unwrap();
        file
    });
    let run = Command::new(cfn_lint).args(&files).output().unwrap();
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stdout)
    );
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
    // Created, and then its tables were guarded from deletion.
    assert_eq!(fake.status(STACK).as_deref(), Some("UPDATE_COMPLETE"));
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
