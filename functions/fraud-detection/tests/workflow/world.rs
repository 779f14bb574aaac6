//! A world in memory that remembers what was done to it, and can be told to fail.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use aws_durable_execution_sdk::test_util::{LocalRunner, TestOperation, TestResult};
use fraud_detection::{
    AgentScorer, Channel, Charge, Entry, History, Ledger, Notifier, Past, PaymentGateway, Question,
    Receipt, RuleScorer, Score, Scorer, ServiceError, Services, Status, Transaction, Verdict,
    handle,
};
use serde_json::Value;

/// How long a cardholder is waited for at most, in these tests.
pub(crate) const LONGEST_WAIT: u32 = 86_400;

/// What was done, and what shall fail.
#[derive(Default)]
pub(crate) struct State {
    /// Every status that was recorded, in order.
    pub(crate) history: Vec<Entry>,
    /// The charges that were made, by idempotency key.
    pub(crate) charges: BTreeMap<String, Charge>,
    /// How often the gateway was called.
    pub(crate) charge_calls: usize,
    /// Every question that was asked, in order.
    pub(crate) questions: Vec<Question>,
    /// How often the scorer was called.
    pub(crate) score_calls: usize,
    /// How many of the next charges are made but not confirmed.
    pub(crate) unconfirmed_charges: usize,
    /// How many of the next records fail.
    pub(crate) failing_records: usize,
    /// How many of the next questions fail, by channel.
    pub(crate) failing_questions: BTreeMap<Channel, usize>,
    /// Whether the scorer fails.
    pub(crate) failing_scorer: bool,
    /// Whether the scorer panics.
    pub(crate) panicking_scorer: bool,
    /// The transactions of before, by cardholder.
    pub(crate) past: BTreeMap<String, Vec<Past>>,
    /// How often they were looked at.
    pub(crate) past_calls: usize,
}

/// The world, shared by all services.
#[derive(Clone, Default)]
pub(crate) struct World(Arc<Mutex<State>>);

impl World {
    /// Looks at or changes the world.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Returns the statuses that were recorded, in order.
    pub(crate) fn statuses(&self) -> Vec<&'static str> {
        let state = self.state();
        state
            .history
            .iter()
            .map(|entry| entry.status.as_str())
            .collect()
    }

    /// Returns the reason of the last record.
    pub(crate) fn reason(&self) -> Option<&'static str> {
        Some(self.state().history.last()?.reason?.as_str())
    }

    /// Returns how many charges were made and how often the gateway was called.
    pub(crate) fn charges(&self) -> (usize, usize) {
        let state = self.state();
        (state.charges.len(), state.charge_calls)
    }

    /// Returns the channels that were asked, in order.
    pub(crate) fn asked(&self) -> Vec<Channel> {
        let state = self.state();
        state
            .questions
            .iter()
            .map(|question| question.channel)
            .collect()
    }

    /// Runs the workflow.
    pub(crate) async fn run(&self, runner: LocalRunner, message: Value) -> TestResult<Verdict> {
        self.run_with(runner, message, None).await
    }

    /// Runs the workflow with an agent that scores.
    pub(crate) async fn run_with(
        &self,
        runner: LocalRunner,
        message: Value,
        agent: Option<AgentScorer>,
    ) -> TestResult<Verdict> {
        let services = Arc::new(Services {
            scorer: Box::new(self.clone()),
            agent,
            ledger: Box::new(self.clone()),
            gateway: Box::new(self.clone()),
            notifier: Box::new(self.clone()),
            longest_wait_seconds: LONGEST_WAIT,
        });
        let message = serde_json::value::to_raw_value(&message).unwrap();
        runner
            .run(
                move |message, context| handle(message, context, Arc::clone(&services)),
                message,
            )
            .await
    }
}

/// Finds an operation by its name.
pub(crate) fn operation<'a>(result: &'a TestResult<Verdict>, name: &str) -> &'a TestOperation {
    result
        .operations()
        .iter()
        .find(|operation| operation.name() == Some(name))
        .unwrap_or_else(|| panic!("no operation `{name}`"))
}

/// Returns the names of all named operations with their status.
pub(crate) fn names(result: &TestResult<Verdict>) -> Vec<(&str, &str)> {
    result
        .operations()
        .iter()
        .filter_map(|operation| Some((operation.name()?, operation.status())))
        .collect()
}

fn out_of_reach(service: &'static str, transaction_id: &str) -> ServiceError {
    ServiceError::Unavailable {
        service,
        transaction_id: transaction_id.to_owned(),
        source: "told to fail".into(),
    }
}

fn take_one(count: &mut usize) -> bool {
    let left = *count > 0;
    *count = count.saturating_sub(1);
    left
}

#[async_trait]
impl Scorer for World {
    async fn score(&self, transaction: &Transaction) -> Result<Score, ServiceError> {
        let (failing, panicking) = {
            let mut state = self.state();
            state.score_calls += 1;
            (state.failing_scorer, state.panicking_scorer)
        };
        assert!(!panicking, "told to panic");
        if failing {
            return Err(out_of_reach("scorer", &transaction.transaction_id));
        }
        RuleScorer.score(transaction).await
    }
}

#[async_trait]
impl History for World {
    async fn past(
        &self,
        cardholder_id: &str,
        most: u32,
        _: &str,
    ) -> Result<Vec<Past>, ServiceError> {
        let mut state = self.state();
        state.past_calls += 1;
        let past = state.past.get(cardholder_id).cloned().unwrap_or_default();
        Ok(past.into_iter().take(most as usize).collect())
    }
}

#[async_trait]
impl Ledger for World {
    async fn permits(&self, transaction_id: &str, status: Status) -> Result<(), ServiceError> {
        let current = self.state().history.last().map(|entry| entry.status);
        match current {
            Some(current) if !status.may_follow(Some(current)) => {
                Err(ServiceError::StatusConflict {
                    transaction_id: transaction_id.to_owned(),
                    current,
                    wanted: status,
                })
            }
            _ => Ok(()),
        }
    }

    async fn record(&self, entry: &Entry) -> Result<(), ServiceError> {
        self.permits(&entry.transaction_id, entry.status).await?;
        let mut state = self.state();
        if take_one(&mut state.failing_records) {
            return Err(out_of_reach("ledger", &entry.transaction_id));
        }
        state.history.push(entry.clone());
        Ok(())
    }
}

#[async_trait]
impl PaymentGateway for World {
    async fn charge(&self, charge: &Charge) -> Result<Receipt, ServiceError> {
        let mut state = self.state();
        state.charge_calls += 1;
        let first = state
            .charges
            .entry(charge.idempotency_key.clone())
            .or_insert_with(|| charge.clone());
        if first != charge {
            return Err(ServiceError::ChargeConflict {
                idempotency_key: charge.idempotency_key.clone(),
            });
        }
        if take_one(&mut state.unconfirmed_charges) {
            return Err(out_of_reach("payment gateway", &charge.transaction_id));
        }
        Ok(Receipt {
            idempotency_key: charge.idempotency_key.clone(),
            charged_at: "2026-01-01T00:00:00Z".to_owned(),
        })
    }
}

#[async_trait]
impl Notifier for World {
    async fn ask(&self, question: &Question) -> Result<(), ServiceError> {
        let mut state = self.state();
        state.questions.push(question.clone());
        let failing = state.failing_questions.entry(question.channel).or_default();
        if take_one(failing) {
            return Err(out_of_reach("notifier", &question.transaction_id));
        }
        Ok(())
    }
}
