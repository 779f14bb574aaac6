//! The whole program against the fake CloudFormation, by way of a stage's `endpoint`.

mod interrupt;
mod several;
mod together;

use std::process::Stdio;

use serde_json::Value;

use crate::fake_cloudformation::{FakeCloudFormation, Phase};
use crate::sandbox::Sandbox;

/// A workflow with a table, an intake and functions that do nothing, so that they compile at once.
const APPLICATION: &str = r#"name: shop
workflows:
  orders:
    orchestrator: { function: orders, execution_timeout: 25h, longest_wait: 24h }
    intake: { execution_name: "{stage}-order-{id}" }
    tables: { stock: { partition_key: id } }
"#;

/// A small application, and a fake account that it is deployed to.
pub(crate) struct Account {
    pub(crate) fake: FakeCloudFormation,
    pub(crate) sandbox: Sandbox,
}

impl Account {
    fn new(stage: &str) -> Self {
        Self::of(&format!("target: local\n{stage}"))
    }

    /// Returns one whose stage `dev` has these settings and is at the fake.
    pub(crate) fn of(stage: &str) -> Self {
        let (fake, sandbox) = (FakeCloudFormation::start(), Sandbox::with_copy());
        let project = sandbox.project();
        let write = |path: &str, text: &str| {
            let path = project.join(path);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, text).unwrap();
        };
        fs_err::remove_dir_all(project.join("functions")).unwrap();
        write(
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"functions/*\"]\n",
        );
        let mut lock = "version = 4\n".to_owned();
        for function in ["orders", "queue-intermediary"] {
            let package = format!("name = \"{function}\"\nversion = \"0.1.0\"\n");
            let manifest = format!("[package]\n{package}edition = \"2024\"\n");
            write(&format!("functions/{function}/Cargo.toml"), &manifest);
            write(
                &format!("functions/{function}/src/main.rs"),
                "fn main() {}\n",
            );
            lock = format!("{lock}\n[[package]]\n{package}");
        }
        write("Cargo.lock", &lock);
        write("config/app.yaml", APPLICATION);
        let endpoint = fake.endpoint();
        let stage = format!("build_profile: dev\nendpoint: {endpoint}\n{stage}");
        write("config/stages/dev.yaml", &stage);
        Self { fake, sandbox }
    }

    /// Runs `up` and returns its exit code, what it answered, and what it said.
    fn up(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut all = vec!["up"];
        all.extend(arguments);
        let target = self.sandbox.project().join("target");
        let mut command = self.sandbox.deployer(&all);
        let output = command.env("CARGO_TARGET_DIR", target).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let code = output.status.code().unwrap();
        (code, text(&output.stdout), text(&output.stderr))
    }
}

#[test]
fn an_unchanged_stage_costs_two_calls_a_stack() {
    let account = Account::new("");
    let (code, _, said) = account.up(&[]);
    assert_eq!(code, 0, "{said}");
    account.fake.forget_calls();
    let (code, answer, said) = account.up(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(answer.contains("Nothing changed"), "{answer}");
    assert_eq!(account.fake.calls(), ["DescribeStacks", "GetTemplate"]);
}

#[test]
fn a_protected_stage_is_not_changed_without_a_word_of_consent() {
    let account = Account::new("protect: true\ndeployment: { changes: change-set }\n");
    let (code, _, said) = account.up(&[]);
    assert_eq!(code, 3, "{said}");
    assert_eq!(account.fake.status("shop-dev-orders"), None);
    assert_eq!(account.fake.status("shop-dev-artifacts"), None);
    let (code, _, said) = account.up(&["--yes"]);
    assert_eq!(code, 0, "{said}");
    let calls = account.fake.calls();
    assert!(calls.contains(&"ExecuteChangeSet".to_owned()), "{calls:?}");
    assert!(!calls.contains(&"CreateStack".to_owned()), "{calls:?}");
}

#[test]
fn a_failed_deployment_is_told_with_its_first_real_cause() {
    let account = Account::new("");
    let reason = "Resource handler returned message: \"Durable functions are not available in this Region\" (RequestToken: 1, HandlerErrorCode: InvalidRequest)";
    account
        .fake
        .fail("OrchestratorFunction", Phase::Create, reason);
    let (code, answer, _) = account.up(&["--format", "json"]);
    assert_eq!(code, 9, "{answer}");
    let last: Value = serde_json::from_str(answer.lines().last().unwrap()).unwrap();
    let cause = last["causes"][0].as_str().unwrap();
    assert!(
        cause.starts_with(
            "OrchestratorFunction (AWS::Lambda::Function, templates/durable-function.yaml:"
        ),
        "{cause}"
    );
    assert!(
        cause.ends_with("): Durable functions are not available in this Region"),
        "{cause}"
    );
    assert!(
        last["hint"]
            .as_str()
            .unwrap()
            .contains("us-west-2 or us-east-1"),
        "{last}"
    );
}

#[test]
fn an_intake_that_an_interrupted_destroy_closed_is_opened_again() {
    let account = Account::new("");
    account.up(&[]);
    account.fake.interrupt_destroy("shop-dev-orders");
    let (code, _, said) = account.up(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(account.fake.intake_is_open());
    account.fake.forget_calls();
    account.up(&[]);
    assert_eq!(account.fake.calls(), ["DescribeStacks", "GetTemplate"]);
}

#[test]
fn a_verification_that_was_interrupted_is_gone_on_with() {
    let account = Account::new("");
    account.up(&[]);
    let home = account.sandbox.project().parent().unwrap().to_owned();
    let note = home.join(".deployer/unverified/shop-dev-orders");
    assert!(!note.exists(), "a verified stack has no note");
    fs_err::write(&note, "").unwrap();
    account.fake.close_intake("shop-dev-orders");
    let (code, _, said) = account.up(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(account.fake.intake_is_open());
    assert!(!note.exists());
}

/// Asks a fake that refuses its first call.
fn is_tried_again_and_shown(refuse: impl FnOnce(&FakeCloudFormation)) {
    let account = Account::new("");
    refuse(&account.fake);
    let (code, _, said) = account.up(&["-v"]);
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("CloudFormation DescribeStacks, attempt 2"),
        "{said}"
    );
}

#[test]
fn a_call_that_is_tried_again_is_shown_to_who_asks() {
    is_tried_again_and_shown(|fake| fake.unavailable(0, 1));
}

#[test]
fn a_call_that_is_throttled_is_tried_again_and_shown_too() {
    is_tried_again_and_shown(|fake| fake.throttle(0, 1));
}

#[test]
fn credentials_of_another_account_read_and_write_nothing() {
    let account = Account::of("target: aws\naccount: \"111122223333\"\n");
    let output = account
        .sandbox
        .deployer(&["destroy", "--yes"])
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(6), "{said}");
    assert!(said.contains("111122223333"), "{said}");
    assert!(said.contains("000000000000"), "{said}");
    assert_eq!(account.fake.calls(), ["GetCallerIdentity"]);
}

#[test]
fn a_deletion_that_waits_for_executions_is_explained() {
    let account = Account::new("");
    account.up(&[]);
    account.fake.drain(12);
    let destroying = account.sandbox.deployer(&["destroy", "--yes"]);
    let output = { destroying }.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    let told = said
        .lines()
        .filter(|line| line.contains("when its executions have ended"));
    let told: Vec<&str> = told.collect();
    assert_eq!(told.len(), 2, "{said}");
    assert!(
        told[0].contains("Lambda deletes `shop-dev-orders-OrchestratorFunction"),
        "{said}"
    );
    for told in &told {
        assert!(told.ends_with(" executions left"), "{said}");
    }
    assert_ne!(told[0], told[1], "{said}");
}

#[test]
fn a_drained_stack_whose_change_fails_is_opened_again() {
    for drain in ["wait", "pause"] {
        let account = Account::new(&format!("deployment: {{ drain: {drain} }}\n"));
        account.up(&[]);
        let stage = "config/stages/dev.yaml";
        account.sandbox.edit(
            stage,
            "build_profile: dev\n",
            "build_profile: dev\nlog_level: DEBUG\n",
        );
        let reason = "The quota is used up";
        let fake = &account.fake;
        fake.fail("OrchestratorFunction", Phase::Update, reason);
        fake.forget_calls();
        let (code, _, said) = account.up(&["--drain=1s"]);
        assert_eq!(code, 9, "{drain}: {said}");
        assert!(said.contains("closing the intake of `orders`"), "{said}");
        assert!(said.contains(reason), "{said}");
        assert!(fake.intake_is_open(), "{drain}");
        assert!(!fake.is_protected("shop-dev-orders"), "it has no mark");
        // Nothing ran, so nothing was noted as held.
        let keys = fake.keys("shop-dev-artifacts-000000000000-us-east-1");
        let held = keys.iter().any(|key| key.starts_with("deployer/held/"));
        assert!(!held, "{drain}: {keys:?}");
    }
}

#[test]
fn a_drained_stack_is_opened_by_another_machine_wherever_its_change_was_killed() {
    let account = Account::new("");
    account.up(&[]);
    let stage = "config/stages/dev.yaml";
    let louder = "build_profile: dev\nlog_level: DEBUG\n";
    account.sandbox.edit(stage, "build_profile: dev\n", louder);
    let fake = &account.fake;
    fake.forget_calls();
    fake.hold("shop-dev-orders");
    let mut up = account.process(&["up", "--drain=1s"]);
    let up = up.stdout(Stdio::null()).stderr(Stdio::null());
    let mut up = up.spawn().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(fake.called("UpdateStack"));
    up.kill().unwrap();
    up.wait().unwrap();
    fake.release("shop-dev-orders");
    assert!(!fake.intake_is_open());
    // CloudFormation ends the update by itself, and no note of this machine tells of it.
    let home = account.sandbox.home();
    fs_err::remove_dir_all(home.join(".deployer/unverified")).unwrap();
    let (code, _, said) = account.up(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(fake.intake_is_open());
    assert!(!fake.is_protected("shop-dev-orders"), "it has no mark");
    fake.forget_calls();
    account.up(&[]);
    assert_eq!(fake.calls(), ["DescribeStacks", "GetTemplate"]);
}

#[test]
fn a_plan_counts_executions_once_though_it_keeps_what_they_may_need() {
    let account = Account::new("");
    account.up(&[]);
    let table = "    tables: { stock: { partition_key: id } }\n";
    account.sandbox.edit("config/app.yaml", table, "");
    account.fake.forget_calls();
    let planned = account.process(&["plan"]).output().unwrap();
    let said = String::from_utf8_lossy(&planned.stderr);
    assert_eq!(planned.status.code(), Some(0), "{said}");
    let calls = account.fake.calls();
    let lists = calls
        .iter()
        .filter(|call| *call == "ListDurableExecutionsByFunction");
    // One without a version, and as that is empty one of the only version.
    assert_eq!(lists.count(), 2, "{calls:?}");
}
