//! What the workflow works with.

use agent::Agent;
use aws_durable_execution_sdk::SdkConfig;

use crate::assessment::AgentScorer;
use crate::basis::ScorerKind;
use crate::dynamodb::{CardholderIndex, TransactionsTable};
use crate::ledger::Ledger;
use crate::notifier::Notifier;
use crate::payment::PaymentGateway;
use crate::scoring::{RuleScorer, Scorer};
use crate::settings::Settings;
use crate::writer::Writer;

/// What the workflow works with; everything that touches the world is behind a trait.
pub struct Services {
    /// Scores transactions.
    pub scorer: Box<dyn Scorer>,
    /// Scores after it, where an agent does.
    pub agent: Option<AgentScorer>,
    /// Keeps their state.
    pub ledger: Box<dyn Ledger>,
    /// Charges them.
    pub gateway: Box<dyn PaymentGateway>,
    /// Asks cardholders.
    pub notifier: Box<dyn Notifier>,
    /// How long a cardholder is waited for at most.
    pub longest_wait_seconds: u32,
}

impl Services {
    /// Returns the services that `settings` describe, all in the transactions table; with `asking`, cardholders who
    /// are known are written to; with `model`, an agent scores where the settings want one.
    pub fn on_aws(
        config: &SdkConfig,
        settings: Settings,
        asking: Option<questions::Settings>,
        model: Option<agent::Settings>,
    ) -> Self {
        let client = aws_sdk_dynamodb::Client::new(config);
        let table = TransactionsTable::new(client, settings.transactions_table);
        let notifier: Box<dyn Notifier> = match asking {
            Some(asking) => Box::new(Writer::on_aws(config, table.clone(), asking)),
            None => Box::new(table.clone()),
        };
        let agent = model
            .filter(|_| settings.scorer == ScorerKind::Agent)
            .map(|model| {
                let index = settings.transactions_index;
                let history = index.map(|index| CardholderIndex::new(table.clone(), index));
                let agent = Agent::on_aws(config, model);
                AgentScorer::new(agent, settings.agent_decides_below).knowing(history)
            });
        Self {
            scorer: Box::new(RuleScorer),
            agent,
            ledger: Box::new(table.clone()),
            gateway: Box::new(table),
            notifier,
            longest_wait_seconds: settings.longest_wait_seconds,
        }
    }
}
