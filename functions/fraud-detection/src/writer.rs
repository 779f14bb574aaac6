//! Writing to cardholders.

use std::time::Duration;

use async_trait::async_trait;
use aws_durable_execution_sdk::SdkConfig;
use questions::{Courier as _, Delivery, Messenger};

use crate::answer::Channel;
use crate::dynamodb::TransactionsTable;
use crate::error::ServiceError;
use crate::notifier::{Notifier, Question};

/// Keeps every question with its transaction, and writes to the cardholders that are known.
pub struct Writer {
    table: TransactionsTable,
    messenger: Messenger,
    channels: Vec<Channel>,
    remind_after: Option<Duration>,
}

impl Writer {
    /// Returns the writer that `settings` describe.
    pub fn on_aws(
        config: &SdkConfig,
        table: TransactionsTable,
        settings: questions::Settings,
    ) -> Self {
        Self {
            table,
            channels: settings.channels.clone(),
            remind_after: settings.remind_after,
            messenger: Messenger::on_aws(config, settings),
        }
    }
}

#[async_trait]
impl Notifier for Writer {
    async fn ask(&self, question: &Question) -> Result<(), ServiceError> {
        self.table.ask(question).await
    }

    async fn write(
        &self,
        transaction_id: &str,
        delivery: &Delivery<'_>,
    ) -> Result<(), ServiceError> {
        let delivered = self.messenger.deliver(delivery).await;
        delivered.map_err(|source| ServiceError::Undeliverable {
            transaction_id: transaction_id.to_owned(),
            source,
        })
    }

    fn channels(&self) -> Vec<Channel> {
        self.channels.clone()
    }

    fn remind_after(&self) -> Option<Duration> {
        self.remind_after
    }
}
