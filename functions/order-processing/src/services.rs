//! What the workflow works with.

use std::sync::Arc;
use std::time::Duration;

use aws_durable_execution_sdk::SdkConfig;
use orders::journal::Journal;
use orders::{Catalog, Clock, Tables};

use crate::settings::{Settings, Workers};

/// What the workflow works with.
pub struct Services {
    /// Knows the products.
    pub catalog: Arc<dyn Catalog>,
    /// Keeps the orders' records.
    pub journal: Arc<dyn Journal>,
    /// Tells the time, inside steps only.
    pub clock: Clock,
    /// The workers.
    pub workers: Workers,
    /// How long an operation waits at most before it is tried again.
    pub longest_wait: Duration,
}

impl Services {
    /// Returns the services that `settings` describe.
    pub fn on_aws(config: &SdkConfig, settings: Settings) -> Self {
        let tables = Arc::new(Tables::on_aws(config, settings.tables));
        Self {
            catalog: Arc::<Tables>::clone(&tables),
            journal: tables,
            clock: Clock::system(),
            workers: settings.workers,
            longest_wait: settings.longest_wait,
        }
    }
}
