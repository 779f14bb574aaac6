//! The labelled transactions, and how a scorer agrees with them.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use aws_durable_execution_sdk::test_util::LocalRunner;
use fraud_detection::{
    AgentScorer, Basis, History, Past, Risk, RuleScorer, Score, Scorer as _, ServiceError,
    Transaction,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// A labelled transaction.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What it is about.
    name: String,
    /// What people say it is.
    risk: String,
    transaction: Value,
    past: Vec<Past>,
}

/// How a scorer judged a case.
pub(crate) struct Judged {
    case: Case,
    pub(crate) score: Score,
    pub(crate) basis: Option<Basis>,
}

/// How a scorer judged all cases.
pub(crate) struct Agreement(pub(crate) Vec<Judged>);

/// Reads `evaluations/transactions.json`.
fn cases() -> Vec<Case> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("evaluations/transactions.json");
    let text = std::fs::read_to_string(file).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Judges every case by the rules, or by the agent that there is for it, counted from 0, after them.
pub(crate) async fn judge(agent: impl AsyncFn(usize) -> Option<AgentScorer>) -> Agreement {
    let mut judged = Vec::new();
    for (index, case) in cases().into_iter().enumerate() {
        let mut message = case.transaction.clone();
        message["transaction_id"] = json!("evaluated");
        message["cardholder_id"] = json!("cardholder");
        let transaction = Arc::new(Transaction::parse(&message.to_string(), 1).unwrap());
        let by_rules = RuleScorer.score(&transaction).await.unwrap();
        let (score, basis) = match agent(index).await {
            None => (by_rules, None),
            Some(agent) => {
                let agent = agent.knowing(Some(Known(case.past.clone())));
                let (score, basis) = assess(Arc::new(agent), transaction, by_rules).await;
                (score, Some(basis))
            }
        };
        judged.push(Judged { case, score, basis });
    }
    Agreement(judged)
}

async fn assess(
    agent: Arc<AgentScorer>,
    transaction: Arc<Transaction>,
    by_rules: Score,
) -> (Score, Basis) {
    let handler = move |(), context| {
        let (agent, transaction) = (Arc::clone(&agent), Arc::clone(&transaction));
        async move { Ok(agent.score(&context, &transaction, by_rules).await?) }
    };
    let result = LocalRunner::new().run(handler, ()).await;
    result.into_output().unwrap()
}

impl Judged {
    pub(crate) fn agrees(&self) -> bool {
        risk(self.score) == self.case.risk
    }
}

impl Agreement {
    /// Returns how many cases the scorer judges as people do.
    pub(crate) fn count(&self) -> usize {
        self.0.iter().filter(|judged| judged.agrees()).count()
    }
}

impl fmt::Display for Agreement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for judged in &self.0 {
            let sign = if judged.agrees() { ' ' } else { '!' };
            let (name, risk) = (&judged.case.name, &judged.case.risk);
            let score = u8::from(judged.score);
            write!(formatter, "{sign} {name:<48} {risk:<6} {score}")?;
            if let Some(basis) = &judged.basis {
                write!(formatter, "  by {}", basis.decided_by.as_str())?;
                if let Some(failure) = basis.failure {
                    write!(formatter, " ({})", failure.as_str())?;
                }
                if let Some(opinion) = &basis.agent {
                    write!(
                        formatter,
                        ": {} {}",
                        u8::from(opinion.score),
                        opinion.reason
                    )?;
                }
            }
            writeln!(formatter)?;
        }
        write!(formatter, "agreement: {} of {}", self.count(), self.0.len())
    }
}

fn risk(score: Score) -> &'static str {
    match score.risk() {
        Risk::Low => "low",
        Risk::Medium => "medium",
        Risk::High => "high",
    }
}

/// The past of the one cardholder.
struct Known(Vec<Past>);

#[async_trait]
impl History for Known {
    async fn past(&self, _: &str, most: u32, _: &str) -> Result<Vec<Past>, ServiceError> {
        Ok(self.0.iter().take(most as usize).cloned().collect())
    }
}
