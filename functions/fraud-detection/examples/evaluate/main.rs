//! Judges the labelled transactions by the rules or by a model of Amazon Bedrock, and prints how far it agrees.
//!
//! ```text
//! cargo run -p fraud-detection --example evaluate                                  # the rules
//! MODEL_ID=eu.amazon.nova-lite-v1:0 AWS_REGION=eu-west-1 AWS_PROFILE=… \
//!     cargo run -p fraud-detection --example evaluate                              # the model, after the rules
//! ```
//!
//! The model's calls are paid. Its other variables are those of the workflow, with the deployer's defaults.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a program for people, which ends at the first mistake"
)]

mod table;

use agent::{Agent, Settings};
use aws_config::BehaviorVersion;
use fraud_detection::AgentScorer;

const DEFAULTS: [(&str, &str); 4] = [
    ("MODEL_TURNS", "6"),
    ("MODEL_TOKENS", "20000"),
    ("MODEL_ANSWER_TOKENS", "500"),
    ("MODEL_SECONDS", "60"),
];

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::disallowed_methods, reason = "the one place where it is read")]
async fn main() {
    let read = |variable: &'static str| {
        let default = DEFAULTS.iter().find(|(name, _)| *name == variable);
        let said = std::env::var(variable).ok();
        said.or_else(|| Some(default?.1.to_owned()))
    };
    let settings = Settings::from_lookup(read).unwrap();
    let decides_below = read("AGENT_DECIDES_BELOW").map_or(0, |amount| amount.parse().unwrap());
    let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let agreement = table::judge(async |_| {
        let settings = settings.clone()?;
        let agent = Agent::on_aws(&config, settings);
        Some(AgentScorer::new(agent, decides_below))
    });
    println!("{}", agreement.await);
}
