//! What the workflow works with.

use aws_durable_execution_sdk::SdkConfig;

use crate::dynamodb::TransactionsTable;
use crate::ledger::Ledger;
use crate::notifier::Notifier;
use crate::payment::PaymentGateway;
use crate::scoring::{RuleScorer, Scorer};
use crate::settings::Settings;

/// What the workflow works with; everything that touches the world is behind a trait.
pub struct Services {
    /// Scores transactions.
    pub scorer: Box<dyn Scorer>,
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
    /// Returns the services that `settings` describe, all in the transactions table.
    pub fn on_aws(config: &SdkConfig, settings: Settings) -> Self {
        let client = aws_sdk_dynamodb::Client::new(config);
        let table = TransactionsTable::new(client, settings.transactions_table);
        Self {
            scorer: Box::new(RuleScorer),
            ledger: Box::new(table.clone()),
            gateway: Box::new(table.clone()),
            notifier: Box::new(table),
            longest_wait_seconds: settings.longest_wait_seconds,
        }
    }
}
