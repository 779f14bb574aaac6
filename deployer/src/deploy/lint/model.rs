//! The model of a workflow: what Bedrock would refuse with every execution, and what nobody would want to pay.

use super::finding::{Findings, Rule};
use crate::config::{Model, Scorer, Workflow};

const SCORER: Rule = Rule {
    code: "M001",
    reason: "an agent works with a model",
    source: "functions/libraries/agent",
};
const ID: Rule = Rule {
    code: "M002",
    reason: "the role may call this one model, and nothing else",
    source: "Amazon Bedrock: supported foundation models, inference profiles",
};
const LIMITS: Rule = Rule {
    code: "M003",
    reason: "every call is paid for, and is an operation of the execution",
    source: "functions/libraries/agent; AWS Lambda quotas: 3,000 operations an execution",
};
const TIME: Rule = Rule {
    code: "M004",
    reason: "an invocation that times out while a model replies is repeated, and the call paid again",
    source: "AWS::Lambda::Function Timeout",
};
const COST: Rule = Rule {
    code: "M005",
    reason: "what calls cost is reckoned from the prices of what is read and of what is written",
    source: "Amazon Bedrock pricing",
};

/// The inference profiles of Bedrock, which are easily taken for a part of the id.
const PROFILES: [&str; 8] = ["apac", "au", "ca", "eu", "global", "jp", "us", "us-gov"];

pub(super) fn check(name: &str, workflow: &Workflow, findings: &mut Findings<'_>) {
    let path = |key: &str| format!("workflows.{name}.model.{key}");
    let Some(model) = &workflow.model else {
        if workflow.scorer == Scorer::Agent {
            let message = "an agent scores, and the workflow has no model; add one: `model: { id: amazon.nova-lite-v1:0 }`";
            let place = format!("workflows.{name}.scorer");
            findings.add(SCORER, &place, message.to_owned());
        }
        return;
    };
    check_id(&path, model, findings);
    findings.range(LIMITS, &path("turns"), model.turns.into(), 1..=100, "calls");
    let answer = u64::from(model.answer_tokens);
    findings.range(
        LIMITS,
        &path("answer_tokens"),
        answer,
        1..=model.tokens,
        "tokens",
    );
    let (time, phase) = (model.time, workflow.orchestrator.timeout);
    if time.seconds() == 0 || time >= phase {
        let message = format!("{time} is not within one active phase of the orchestrator, {phase}");
        findings.add(TIME, &path("time"), message);
    }
    let given = [model.cost, model.input_price, model.output_price];
    let positive = |amount: crate::config::Dollars| amount.billionths() > 0;
    let all = given.iter().all(|amount| amount.is_some_and(positive));
    if !all && given.iter().any(Option::is_some) {
        let keys = ["cost", "input_price", "output_price"];
        let said = keys
            .into_iter()
            .zip(given)
            .find(|(_, amount)| amount.is_some());
        let message = "say `cost`, `input_price` and `output_price`, each above nothing".to_owned();
        findings.add(COST, &path(said.map_or("cost", |(key, _)| key)), message);
    }
}

fn check_id(path: &dyn Fn(&str) -> String, model: &Model, findings: &mut Findings<'_>) {
    let id = &model.id;
    let letters = |text: &str, others: &str| {
        let allowed = |letter: char| letter.is_ascii_alphanumeric() || others.contains(letter);
        !text.is_empty() && text.chars().all(allowed)
    };
    let message = match id.split_once('.') {
        Some((profile, rest)) if PROFILES.contains(&profile) => Some(format!(
            "`{profile}` is the inference profile: write `id: {rest}` and `profile: {profile}`"
        )),
        Some((provider, rest)) if letters(provider, "-") && letters(rest, ".:-_") => None,
        _ => Some(format!(
            "`{id}` is no id of a model, such as `amazon.nova-lite-v1:0`"
        )),
    };
    if let Some(message) = message {
        findings.add(ID, &path("id"), message);
    }
    if let Some(profile) = &model.profile
        && !profile
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter == '-')
    {
        let message = format!(
            "`{profile}` is no inference profile, such as `{}`",
            PROFILES.join("`, `")
        );
        findings.add(ID, &path("profile"), message);
    }
}
