//! A deployment and its end by somebody who has the printed policies and nothing else.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::account::Account;

/// Statements for what does not happen in [`live`]: what each is for.
const NOT_SEEN: [(&str, &str); 1] = [("Unsubscribe", "a topic that loses a subscription")];

/// Returns the policies of the account's stage, as printed.
fn printed(account: &Account, words: &[&str]) -> Vec<Value> {
    let all = [&["--format", "json", "policy"], words].concat();
    let printed: Value = serde_json::from_str(&account.done(&all)).unwrap();
    let policies = printed["policies"].as_array().unwrap().iter();
    policies.map(|policy| policy["document"].clone()).collect()
}

/// Plans, makes, looks at, changes and destroys the stage.
fn live(account: &Account) {
    let (code, answer, said) = account.run(&["plan", "--exit-code"]);
    assert_eq!(code, Some(11), "{answer}{said}");
    account.done(&["up", "--yes"]);
    let answer = account.done(&["up"]);
    assert!(answer.contains("Nothing changed"), "{answer}");
    account.done(&["status"]);
    let (file, before, after) = ("config/app.yaml", "timeout: 5m ", "timeout: 6m ");
    account.sandbox.edit(file, before, after);
    account.done(&["plan"]);
    account.done(&["up", "--yes"]);
    account.done(&["destroy", "--yes", "--purge-data=prod"]);
    let inventory = account.inventory();
    assert_eq!(inventory["Stacks"], json!({}), "{inventory:#}");
    assert_eq!(inventory["Tables"], json!([]), "{inventory:#}");
}

#[test]
fn the_printed_policies_are_enough_and_no_statement_is_superfluous() {
    let mut account = Account::asking("prod");
    let policies = printed(&account, &[]);
    account.may_only(&policies);
    live(&account);
    let asked = account.asked();
    // A statement that alone allows something cannot be left out.
    let alone = |(_, _, by): &(String, String, Vec<String>)| match by.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    };
    let needed: BTreeSet<String> = asked.iter().filter_map(alone).collect();
    let mut superfluous = sids(&policies);
    superfluous.retain(|sid| !needed.contains(sid));
    let not_seen: BTreeSet<String> = NOT_SEEN.iter().map(|(sid, _)| (*sid).to_owned()).collect();
    assert_eq!(superfluous, not_seen, "{asked:#?}");
}

#[test]
fn without_a_statement_what_it_allows_is_refused() {
    let denied = "not authorized to perform";
    for (sid, reason) in [
        ("Stacks", denied),
        // A zip is looked for with HEAD, whose answer has no text.
        ("Artifacts", "AccessDenied"),
        ("ChangeFunctions", denied),
        ("PassRoles", denied),
    ] {
        let mut account = Account::of("staging");
        let policies = printed(&account, &[]);
        let mut less = policies.clone();
        for document in &mut less {
            let statements = document["Statement"].as_array_mut().unwrap();
            statements.retain(|statement| statement["Sid"] != sid);
        }
        assert_eq!(sids(&less).len() + 1, sids(&policies).len(), "{sid}");
        account.may_only(&less);
        let (code, answer, said) = account.run(&["up"]);
        assert_eq!(code, Some(6), "{sid}: {answer}{said}");
        assert!(said.contains(reason), "{sid}: {said}");
    }
}

#[test]
fn with_a_service_role_the_caller_needs_its_own_calls_only() {
    let mut account = Account::of("prod");
    let role = account.service_role(&printed(&account, &["resources"]));
    let mode = "mode: standard }";
    let with_role = format!("mode: standard, role: \"{role}\" }}");
    let stage = "config/stages/prod.yaml";
    account.sandbox.edit(stage, mode, &with_role);
    let policies = printed(&account, &[]);
    assert!(!sids(&policies).contains("ChangeRoles"));
    account.may_only(&policies);
    live(&account);
}

#[test]
fn who_has_the_policies_of_a_boundary_makes_no_role_without_it() {
    let mut account = Account::of("prod");
    let mode = "mode: standard }";
    let boundary = "arn:aws:iam::444455556666:policy/limits";
    let limited = format!("mode: standard, permissions_boundary: \"{boundary}\" }}");
    let stage = "config/stages/prod.yaml";
    account.sandbox.edit(stage, mode, &limited);
    let policies = printed(&account, &[]);
    account.may_only(&policies);
    live(&account);
    account.sandbox.edit(stage, &limited, mode);
    let (code, answer, said) = account.run(&["up", "--yes"]);
    assert_eq!(code, Some(6), "{answer}{said}");
    assert!(said.contains("perform: iam:"), "{said}");
}

/// Returns the names of all statements.
fn sids(policies: &[Value]) -> BTreeSet<String> {
    let statements = policies
        .iter()
        .flat_map(|document| document["Statement"].as_array().unwrap());
    let names = statements.map(|statement| statement["Sid"].as_str().unwrap().to_owned());
    names.collect()
}
