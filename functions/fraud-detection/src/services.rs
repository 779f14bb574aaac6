//! What the workflow works with.

use aws_durable_execution_sdk::SdkConfig;

use crate::dynamodb::TransactionsTable;
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
    /// are known are written to.
    pub fn on_aws(
        config: &SdkConfig,
        settings: Settings,
        asking: Option<questions::Settings>,
    ) -> Self {
        let client = aws_sdk_dynamodb::Client::new(config);
        let table = TransactionsTable::new(client, settings.transactions_table);
        let notifier: Box<dyn Notifier> = match asking {
            Some(asking) => Box::new(Writer::on_aws(config, table.clone(), asking)),
            None => Box::new(table.clone()),
        };
        Self {
            scorer: Box::new(RuleScorer),
            ledger: Box::new(table.clone()),
            gateway: Box::new(table),
            notifier,
            longest_wait_seconds: settings.longest_wait_seconds,
        }
    }
}
