//! What is done when a scenario is over.

use std::collections::BTreeMap;

use serde_json::Value;

use super::look::Look;
use super::play::{Play, in_words};
use super::{history, item};
use crate::error::Result;

impl Play<'_> {
    /// Returns the histories of the scenario's executions, for people.
    pub(super) async fn histories(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for name in self.names() {
            match self.look_for_start(name).await {
                Look::Found(arn) => {
                    lines.push(format!("execution `{name}`:"));
                    match self.setting.executions.history(&arn).await {
                        Ok(history) => lines.extend(history::lines(&history)),
                        Err(error) => lines.push(in_words(&error)),
                    }
                }
                Look::NotYet(reason) | Look::Never(reason) => lines.push(reason),
            }
        }
        lines
    }

    /// Stops what still runs, and deletes the items and idempotency records that the scenario made.
    pub(super) async fn clean_up(&self) -> Result<()> {
        for name in self.names() {
            if !self.ended.lock().await.contains_key(name) {
                for arn in self.setting.executions.named(name).await? {
                    if !self.setting.executions.read(&arn).await?.ended {
                        self.setting.executions.stop(&arn).await?;
                    }
                }
            }
            let record = BTreeMap::from([("id".to_owned(), Value::from(name))]);
            item::delete(
                &self.setting.clients.dynamodb,
                &self.setting.deployment.idempotency_table,
                &record,
            )
            .await?;
        }
        for expected in &self.scenario.expect.items {
            item::delete(
                &self.setting.clients.dynamodb,
                self.table(&expected.table),
                &expected.key,
            )
            .await?;
        }
        Ok(())
    }
}
