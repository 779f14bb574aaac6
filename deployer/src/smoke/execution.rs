//! Executions of an orchestrator, as the service shows them.

use aws_sdk_lambda::primitives::DateTime;
use aws_sdk_lambda::types::Execution;
use durable_history::History;

use super::history::described;
use super::judge::SeenExecution;
use crate::aws::{Clients, Executions, error_object, failed, history, is_finished};
use crate::error::Result;

/// The executions of one orchestrator.
#[derive(Debug)]
pub(super) struct Orchestrator {
    pub(super) clients: Clients,
    /// The orchestrator's name, without a qualifier: executions of every version count.
    pub(super) function: String,
}

impl Orchestrator {
    /// Returns the ARNs of the executions with this name.
    pub(super) async fn named(&self, name: &str) -> Result<Vec<String>> {
        let listed = self.list().named(name).all().await?;
        // An emulator may take the name for a part of one.
        let exact = listed
            .into_iter()
            .filter(|execution| execution.durable_execution_name() == name);
        Ok(exact
            .map(|execution| execution.durable_execution_arn)
            .collect())
    }

    /// Returns the executions since `since` whose name contains `part`.
    pub(super) async fn started_since(&self, since: DateTime, part: &str) -> Result<Vec<Started>> {
        let mut started = Vec::new();
        let mut listed = self.list().started_after(since);
        while let Some(page) = listed.next().await? {
            let found = page.iter().map(Started::from);
            started.extend(found.filter(|execution| execution.name.contains(part)));
        }
        Ok(started)
    }

    fn list(&self) -> Executions<'_> {
        Executions::of(&self.clients, &self.function)
    }

    /// Returns the execution as it is now, with its history if it has ended.
    pub(super) async fn read(&self, arn: &str) -> Result<SeenExecution> {
        let mut seen = self.outcome(arn).await?;
        if seen.ended {
            seen.history = self.history(arn).await?;
        }
        Ok(seen)
    }

    /// Returns the execution as it is now, without its history.
    pub(super) async fn outcome(&self, arn: &str) -> Result<SeenExecution> {
        self.clients.rates.descriptions.turn().await;
        let read = self
            .clients
            .lambda
            .get_durable_execution()
            .durable_execution_arn(arn)
            .send()
            .await
            .map_err(failed(format!("the execution `{arn}` could not be read")))?;
        Ok(SeenExecution {
            status: read.status().as_str().to_owned(),
            ended: is_finished(read.status()),
            result: read.result().map(str::to_owned),
            error_type: read
                .error()
                .and_then(|error| error.error_type())
                .map(str::to_owned),
            error: read
                .error()
                .map(|error| described(Some(&error_object(error)))),
            history: History::default(),
        })
    }

    /// Returns the whole history of an execution.
    pub(super) async fn history(&self, arn: &str) -> Result<History> {
        Ok(History::of(history(&self.clients, arn).await?))
    }

    /// Stops an execution.
    pub(super) async fn stop(&self, arn: &str) -> Result<()> {
        let stopped = self
            .clients
            .lambda
            .stop_durable_execution()
            .durable_execution_arn(arn)
            .send()
            .await;
        stopped.map_err(failed(format!(
            "the execution `{arn}` could not be stopped"
        )))?;
        Ok(())
    }
}

/// An execution in a listing.
#[derive(Debug, Clone)]
pub(super) struct Started {
    /// The name.
    pub(super) name: String,
    /// The ARN.
    pub(super) arn: String,
    /// Whether nothing more will happen in it.
    pub(super) ended: bool,
}

impl From<&Execution> for Started {
    fn from(execution: &Execution) -> Self {
        Self {
            name: execution.durable_execution_name().to_owned(),
            arn: execution.durable_execution_arn().to_owned(),
            ended: is_finished(execution.status()),
        }
    }
}
