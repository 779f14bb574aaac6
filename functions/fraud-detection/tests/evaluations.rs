//! The labelled transactions, judged by the rules and by a scripted model: see `examples/evaluate` for a real one.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a failed set-up should fail the test, and people read the agreement"
)]

#[path = "../examples/evaluate/table.rs"]
mod table;

use std::time::Duration;

use agent::{Agent, Bedrock, Limits};
use fraud_detection::AgentScorer;
use scripted_aws::bedrock::{calls, config};
use serde_json::json;

const LIMITS: Limits = Limits {
    turns: 6,
    tokens: 20_000,
    answer_tokens: 500,
    time: Duration::from_mins(1),
    cost: None,
};

/// What the scripted model says, in the order of the table: once too little, where a vendor talks it into that.
const SCRIPTED: [u8; 16] = [1, 1, 1, 2, 2, 3, 4, 5, 5, 4, 4, 5, 5, 4, 1, 2];

#[tokio::test]
async fn the_rules_agree_with_people_in_ten_of_sixteen() {
    let agreement = table::judge(async |_| None).await;
    println!("rules\n{agreement}\n");
    assert_eq!(
        (agreement.count(), agreement.0.len()),
        (10, 16),
        "{agreement}"
    );
}

#[tokio::test]
async fn a_model_that_looks_at_the_past_agrees_and_cannot_be_less_strict() {
    let agreement = table::judge(async |index| {
        let looks = calls(&[("past_transactions", json!({}))]);
        let answer = json!({"score": SCRIPTED[index], "reason": "scripted"});
        let (config, _) = config([looks, calls(&[("give_score", answer)])]).await;
        let model = Bedrock::new(&config, "scripted".to_owned());
        Some(AgentScorer::new(Agent::new(model, LIMITS), 10_000))
    })
    .await;
    println!("agent, scripted\n{agreement}\n");
    assert_eq!(agreement.count(), 16, "{agreement}");
    let failed = agreement
        .0
        .iter()
        .filter_map(|judged| judged.basis.as_ref()?.failure);
    assert_eq!(failed.count(), 0);
}
