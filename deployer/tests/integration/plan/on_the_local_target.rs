//! Plans against the local target: what is shown, what is left behind, and what is refused.

use insta::assert_snapshot;
use serde_json::Value;

use super::project::{Project, STACK};
use crate::sandbox::Sandbox;

#[test]
fn a_plan_needs_a_target_that_runs_and_starts_none() {
    let project = Project::new();
    let said = project.expect(4, &["plan"]);
    assert_snapshot!(said.stderr, @r"
    error: the local target is not running

    hint: run `deployer up --stage dev`; what was deployed before is still there
    ");
    assert!(!project.file("target").exists(), "nothing was built either");
}

#[test]
fn what_was_planned_is_what_runs_and_nothing_else_does() {
    let project = Project::new();
    project.expect(0, &["local", "start"]);
    nothing_is_left_by_planning(&project);
    the_first_plan_is_carried_out(&project);
    let said = project.expect(0, &["plan", "--exit-code"]);
    assert!(said.stdout.contains("Nothing to do"), "{}", said.stdout);
    a_change_is_told_alike_to_people_and_programs(&project);
    a_plan_for_something_else_is_refused(&project);
    a_loss_of_data_asks(&project);
    a_stack_that_moved_is_refused(&project);
    a_protected_stage_asks(&project);
}

fn nothing_is_left_by_planning(project: &Project) {
    project.expect(0, &["plan"]);
    let said = project.expect(11, &["plan", "--exit-code"]);
    assert!(
        said.stdout.contains(&format!("{STACK}: create")),
        "{}",
        said.stdout
    );
    assert_eq!(project.inventory(), Vec::<String>::new());
}

fn the_first_plan_is_carried_out(project: &Project) {
    let file = project.file("first.plan");
    let file = file.to_str().unwrap();
    let said = project.expect(0, &["plan", "--out", file]);
    assert!(
        said.stdout
            .contains(&format!("deployer up --stage dev --plan {file}")),
        "{}",
        said.stdout
    );
    // What is built afterwards is not what was planned.
    let source = project.file("functions/fraud-detection/src/main.rs");
    fs_err::write(&source, "fn main() { std::process::exit(0) }\n").unwrap();
    let said = project.expect(0, &["up", "--plan", file]);
    assert!(said.stdout.contains("created"), "{}", said.stdout);
    fs_err::write(&source, "fn main() {}\n").unwrap();
    let again = project.expect(4, &["up", "--plan", file]);
    assert!(
        again.stderr.contains("was created since the plan was made"),
        "{}",
        again.stderr
    );
}

fn a_change_is_told_alike_to_people_and_programs(project: &Project) {
    project.more_memory();
    let words = project.expect(0, &["plan"]).stdout;
    for line in ["MemorySize: 512 → 1024", "Timeout: 300 → 240"] {
        assert!(words.contains(line), "{words}");
    }
    assert!(
        words.lines().all(|line| line.chars().count() <= 80),
        "{words}"
    );
    let said = project.expect(11, &["plan", "--exit-code", "--format", "json"]);
    let document: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(document["changes"], true);
    for stack in document["stacks"].as_array().unwrap() {
        for resource in stack["resources"].as_array().unwrap() {
            assert!(
                words.contains(resource["id"].as_str().unwrap()),
                "{resource}\n{words}"
            );
        }
    }
}

fn a_plan_for_something_else_is_refused(project: &Project) {
    let (file, other) = (project.file("second.plan"), project.file("third.plan"));
    let (path, other_path) = (file.to_str().unwrap(), other.to_str().unwrap());
    project.expect(0, &["plan", "--out", path]);
    let text = fs_err::read_to_string(&file).unwrap();
    for (from, to, expected) in [
        (
            "\"MemorySize\": 1024",
            "\"MemorySize\": 2048",
            "was changed after it was made",
        ),
        (
            "\"deployer\": \"",
            "\"deployer\": \"9.",
            "was made by deployer 9.",
        ),
        ("{", "[", "is no plan"),
    ] {
        assert!(text.contains(from), "{from}");
        fs_err::write(&other, text.replacen(from, to, 1)).unwrap();
        let said = project.run(&["up", "--plan", other_path]);
        assert!(said.stderr.contains(expected), "{}", said.stderr);
        assert!(matches!(said.code, Some(2 | 4)), "{:?}", said.code);
    }
    let said = project.expect(4, &["up", "--stage", "prod", "--plan", path]);
    let text = "was made for stage `dev`, not for `prod`";
    assert!(said.stderr.contains(text), "{}", said.stderr);
    let stage = project.file("config/stages/dev.yaml");
    let settings = fs_err::read_to_string(&stage).unwrap();
    for (setting, text) in [
        (
            "account: \"111122223333\"",
            "was made for account `000000000000`, not for `111122223333`",
        ),
        (
            "region: eu-west-1",
            "was made for region `us-east-1`, not for `eu-west-1`",
        ),
    ] {
        fs_err::write(&stage, format!("{settings}\n{setting}\n")).unwrap();
        let said = project.expect(4, &["up", "--plan", path]);
        assert!(said.stderr.contains(text), "{}", said.stderr);
    }
    fs_err::write(&stage, settings).unwrap();
}

fn a_loss_of_data_asks(project: &Project) {
    project.sandbox.edit(
        "config/app.yaml",
        "partition_key: transaction_id",
        "partition_key: order_id",
    );
    let words = project.expect(0, &["plan"]).stdout;
    assert!(words.contains("LOSES DATA: TransactionsTable"), "{words}");
    let said = project.expect(3, &["up"]);
    assert!(
        said.stderr.contains("LOSES DATA: TransactionsTable"),
        "{}",
        said.stderr
    );
    project.sandbox.edit(
        "config/app.yaml",
        "partition_key: order_id",
        "partition_key: transaction_id",
    );
}

fn a_stack_that_moved_is_refused(project: &Project) {
    let file = project.file("second.plan");
    let path = file.to_str().unwrap();
    let source = project.file("functions/fraud-detection/src/main.rs");
    fs_err::write(&source, "fn main() { std::process::exit(1) }\n").unwrap();
    let orphan = project.file("orphan.plan");
    let orphan_path = orphan.to_str().unwrap();
    project.expect(0, &["plan", "--out", orphan_path]);
    fs_err::remove_dir_all(project.file("../.deployer/artifacts")).unwrap();
    let said = project.expect(4, &["up", "--plan", orphan_path]);
    assert!(
        said.stderr.contains("the zip of `fraud-detection`"),
        "{}",
        said.stderr
    );
    project.expect(0, &["up"]);
    let said = project.expect(4, &["up", "--plan", path]);
    assert_snapshot!(said.stderr.replace(path, "[FILE]"), @r"
    error: the stack `durable-dev-fraud-detection` has changed since the plan was made

    hint: make a new plan with `deployer plan --out FILE`, and have it approved
    ");
}

fn a_protected_stage_asks(project: &Project) {
    project.protect();
    let said = project.expect(3, &["up"]);
    assert!(
        said.stderr.contains("Plan for stage dev:")
            && said
                .stderr
                .contains("changing stage `dev` needs a confirmation"),
        "{}",
        said.stderr
    );
    project.expect(11, &["plan", "--exit-code"]);
    project.expect(0, &["up", "--yes"]);
    project.expect(0, &["plan", "--exit-code"]);
    project.expect(0, &["up"]);
}

#[test]
fn a_secret_ends_everything_and_is_not_told() {
    let sandbox = Sandbox::with_copy();
    sandbox.edit(
        "config/app.yaml",
        "timeout: 5m ",
        "environment: { DB_PASSWORD: hunter22 }\n      timeout: 5m ",
    );
    assert_snapshot!(sandbox.said(&["plan"]), @r#"
    exit code: 2
    ----- stdout
    ----- stderr
    config/app.yaml:8: `DB_PASSWORD` looks like a secret; keep it in AWS Secrets Manager and write `{{resolve:secretsmanager:durable/dev/db-password:SecretString}}` [X001]
      whoever may read a stack or a function reads its environment (AWS CloudFormation: dynamic references to AWS Secrets Manager)

    error: the configuration of stage `dev` has 1 problem
    "#);
    let json = sandbox.said(&["validate", "--format", "json"]);
    assert!(!json.contains("hunter22"), "{json}");
}
