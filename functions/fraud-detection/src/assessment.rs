//! A model that scores, with the cardholder's past transactions as its tools.

use std::sync::Arc;

use agent::{Agent, Task, Tool, quoted, work};
use async_trait::async_trait;
use aws_durable_execution_sdk::{DurableContext, OperationError};
use serde_json::{Value, json};

use crate::basis::{Basis, Opinion};
use crate::error::ServiceError;
use crate::history::History;
use crate::message::Transaction;
use crate::operations;
use crate::score::Score;

const INSTRUCTIONS: &str = include_str!("words/instructions.txt");
const PAST: &str = "past_transactions";
const PAST_WITH_VENDOR: &str = "past_transactions_with_vendor";
const SCORE: &str = "give_score";
const LONGEST_REASON: usize = 500;
/// How many transactions a tool shows at most.
const MOST_SHOWN: u32 = 20;
/// How many of the newest transactions are searched for the vendor.
const MOST_SEARCHED: u32 = 100;

/// Scores by an agent, within what the rules allow.
pub struct AgentScorer {
    agent: Arc<Agent>,
    history: Option<Arc<dyn History>>,
    decides_below: u64,
}

impl AgentScorer {
    /// Returns the scorer of an agent. From the amount `decides_below` on, in minor units, it can only make the score of
    /// the rules higher.
    pub fn new(agent: Agent, decides_below: u64) -> Self {
        Self {
            agent: Arc::new(agent),
            history: None,
            decides_below,
        }
    }

    /// Returns the scorer with a history to look at.
    #[must_use]
    pub fn knowing(self, history: Option<impl History + 'static>) -> Self {
        let history = history.map(|history| Arc::new(history) as Arc<dyn History>);
        Self { history, ..self }
    }

    /// Returns the score of a transaction that the rules gave a score to, and what it is based on.
    pub async fn score(
        &self,
        context: &DurableContext,
        transaction: &Arc<Transaction>,
        by_rules: Score,
    ) -> Result<(Score, Basis), OperationError> {
        let assessment = Arc::new(Assessment {
            transaction: Arc::clone(transaction),
            history: self.history.clone(),
        });
        let conclusion = work(context, &self.agent, &assessment).await?;
        let agent_decides = transaction.amount < self.decides_below;
        Ok(Basis::of(by_rules, conclusion.outcome, agent_decides))
    }
}

/// The assessment of one transaction.
struct Assessment {
    transaction: Arc<Transaction>,
    history: Option<Arc<dyn History>>,
}

impl Assessment {
    /// Returns where the past of this cardholder is. The model cannot say whose: it is the cardholder of the message.
    fn past(&self) -> Option<(&Arc<dyn History>, &str)> {
        let cardholder_id = self.transaction.cardholder_id.as_deref();
        self.history.as_ref().zip(cardholder_id)
    }
}

#[async_trait]
impl Task for Assessment {
    type Answer = Opinion;
    type Error = ServiceError;

    fn name(&self) -> &'static str {
        operations::AGENT
    }

    fn instructions(&self) -> String {
        INSTRUCTIONS.to_owned()
    }

    fn question(&self) -> String {
        let transaction = json!({
            "amount": self.transaction.amount,
            "currency": self.transaction.currency,
            "location": self.transaction.location,
            "vendor": self.transaction.vendor,
        });
        quoted("transaction", &transaction)
    }

    fn tools(&self) -> Vec<Tool> {
        if self.past().is_none() {
            return Vec::new();
        }
        vec![
            Tool {
                name: PAST,
                description: "Returns the newest past transactions of the cardholder, the newest first.",
                input: json!({
                    "type": "object",
                    "properties": {
                        "most": {"type": "integer", "minimum": 1, "maximum": MOST_SHOWN},
                    },
                    "additionalProperties": false,
                }),
            },
            Tool {
                name: PAST_WITH_VENDOR,
                description: "Returns the past transactions of the cardholder with the vendor of this transaction, the newest first.",
                input: json!({"type": "object", "properties": {}, "additionalProperties": false}),
            },
        ]
    }

    fn answer(&self) -> Tool {
        Tool {
            name: SCORE,
            description: "Gives the score of the transaction, and ends the assessment.",
            input: json!({
                "type": "object",
                "properties": {
                    "score": {"type": "integer", "minimum": 1, "maximum": 5},
                    "reason": {"type": "string", "minLength": 1, "maxLength": LONGEST_REASON},
                },
                "required": ["score", "reason"],
                "additionalProperties": false,
            }),
        }
    }

    fn read(&self, input: &Value) -> Option<Opinion> {
        let opinion: Opinion = serde_json::from_value(input.clone()).ok()?;
        // People read it: it is one line, and nothing in it turns the direction of what stands around it.
        let reason = questions::plain(&opinion.reason).trim().to_owned();
        let length = reason.chars().count();
        (1..=LONGEST_REASON)
            .contains(&length)
            .then_some(Opinion { reason, ..opinion })
    }

    async fn call(&self, tool: &str, input: &Value) -> Result<Value, ServiceError> {
        let Some((history, cardholder_id)) = self.past() else {
            return Ok(json!({"error": "the cardholder is not known"}));
        };
        let this = self.transaction.transaction_id.as_str();
        if tool == PAST_WITH_VENDOR {
            let past = history.past(cardholder_id, MOST_SEARCHED, this).await?;
            let with_vendor = past
                .into_iter()
                .filter(|past| past.vendor == self.transaction.vendor)
                .take(MOST_SHOWN as usize);
            return Ok(json!({
                "transactions": with_vendor.collect::<Vec<_>>(),
                "searched": format!("the newest {MOST_SEARCHED}"),
            }));
        }
        let most = match input.get("most") {
            None => Some(MOST_SHOWN),
            Some(most) => most.as_u64().and_then(|most| u32::try_from(most).ok()),
        };
        match most.filter(|most| (1..=MOST_SHOWN).contains(most)) {
            Some(most) => {
                let past = history.past(cardholder_id, most, this).await?;
                Ok(json!({"transactions": past}))
            }
            None => {
                Ok(json!({"error": format!("`most` is a whole number from 1 to {MOST_SHOWN}")}))
            }
        }
    }
}
