//! Workflows side by side: what became of one does not hide what became of another.

use serde_json::Value;

use super::Account;
use crate::fake_cloudformation::Phase;

const SECOND: &str = r#"  returns:
    orchestrator: { function: orders, execution_timeout: 25h, longest_wait: 24h }
    intake: { execution_name: "{stage}-return-{id}" }
"#;

impl Account {
    /// A stage of two workflows.
    pub(super) fn with_two() -> Self {
        let account = Self::new("");
        let file = account.sandbox.project().join("config/app.yaml");
        let text = fs_err::read_to_string(&file).unwrap() + SECOND;
        fs_err::write(&file, text).unwrap();
        account
    }
}

fn fail(account: &Account, workflow: &str, reason: &str) {
    let stack = format!("shop-dev-{workflow}");
    let fake = &account.fake;
    fake.fail_in(&stack, "OrchestratorFunction", Phase::Create, reason);
}

#[test]
fn one_that_fails_hides_no_result_of_another() {
    let account = Account::with_two();
    fail(&account, "orders", "The quota is used up");
    let (code, answer, said) = account.up(&[]);
    assert_eq!(code, 9, "{said}");
    assert!(
        answer.contains("returns created\n  orchestrator         shop-dev-returns-Orchestrator"),
        "{answer}"
    );
    assert!(!answer.contains("orders created"), "{answer}");
    assert!(
        said.contains("error: the stack `shop-dev-orders` was not created"),
        "{said}"
    );
    let cause = "  caused by: OrchestratorFunction (AWS::Lambda::Function, templates/durable-function.yaml:";
    assert!(said.contains(cause), "{said}");
    assert!(said.contains("The quota is used up"), "{said}");
    assert!(!said.contains("caused by: the stack"), "{said}");
}

#[test]
fn one_that_fails_hides_no_event_of_another() {
    let account = Account::with_two();
    fail(&account, "returns", "The quota is used up");
    let (code, answer, said) = account.up(&["--format", "json"]);
    assert_eq!(code, 9, "{said}");
    let events: Vec<Value> = answer
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let ready: Vec<&Value> = events
        .iter()
        .filter(|event| event["event"] == "stack-ready")
        .collect();
    assert_eq!(ready.len(), 1, "{answer}");
    assert_eq!(ready[0]["workflow"], "orders");
    assert!(ready[0]["outputs"]["OrchestratorAliasArn"].is_string());
    let last = events.last().unwrap();
    assert_eq!(last["event"], "error");
    let cause = last["causes"][0].as_str().unwrap();
    assert!(cause.ends_with(": The quota is used up"), "{cause}");
}

#[test]
fn of_two_that_fail_both_causes_are_told() {
    let account = Account::with_two();
    fail(&account, "orders", "The quota is used up");
    fail(&account, "returns", "The name is taken");
    let (code, answer, said) = account.up(&["--format", "json"]);
    assert_eq!(code, 9, "{said}");
    let last: Value = serde_json::from_str(answer.lines().last().unwrap()).unwrap();
    assert_eq!(last["message"], "2 workflows were not deployed");
    let details: Vec<&str> = last["details"]
        .as_array()
        .unwrap()
        .iter()
        .map(|detail| detail.as_str().unwrap())
        .collect();
    for (detail, (stack, cause)) in details.iter().zip([
        ("shop-dev-orders", "The quota is used up"),
        ("shop-dev-returns", "The name is taken"),
    ]) {
        assert!(
            detail.contains(&format!("the stack `{stack}` was not created")),
            "{detail}"
        );
        assert!(
            detail.contains("caused by: OrchestratorFunction"),
            "{detail}"
        );
        assert!(detail.contains(cause), "{detail}");
    }
    assert_eq!(details.len(), 2);
    let (code, _, said) = account.up(&[]);
    assert_eq!(code, 9);
    assert!(
        said.contains("The quota is used up") && said.contains("The name is taken"),
        "{said}"
    );
}
