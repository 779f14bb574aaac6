//! Executions of durable functions, listed.

use std::collections::BTreeSet;

use aws_sdk_lambda::primitives::DateTime;
use aws_sdk_lambda::types::{Execution, ExecutionStatus};

use super::clients::Clients;
use super::failure::failed;
use super::limiter::Limiter;
use super::listing::versions;
use crate::error::Result;

/// The most executions that the service returns in one page.
const LARGEST_PAGE: i32 = 1000;

/// Returns whether nothing more will happen in an execution of this status. A status that is not
/// known here may be one of an execution that goes on.
pub fn is_finished(status: &ExecutionStatus) -> bool {
    matches!(
        status,
        ExecutionStatus::Succeeded
            | ExecutionStatus::Failed
            | ExecutionStatus::TimedOut
            | ExecutionStatus::Stopped
    )
}

/// A list of the executions of a function, read a page at a time.
#[derive(Debug)]
pub struct Executions<'a> {
    lambda: &'a aws_sdk_lambda::Client,
    function: &'a str,
    version: Option<String>,
    status: Option<ExecutionStatus>,
    name: Option<String>,
    started_after: Option<DateTime>,
    page: i32,
    limiter: Option<&'a Limiter>,
    marker: Marker,
}

/// How far a list was read.
#[derive(Debug)]
enum Marker {
    Start,
    At(String),
    End,
}

impl<'a> Executions<'a> {
    /// Returns the list of all executions that the service lists for a function, named without a qualifier.
    pub fn of(lambda: &'a aws_sdk_lambda::Client, function: &'a str) -> Self {
        Self {
            lambda,
            function,
            version: None,
            status: None,
            name: None,
            started_after: None,
            page: LARGEST_PAGE,
            limiter: None,
            marker: Marker::Start,
        }
    }

    /// Takes only those of a version.
    #[must_use]
    pub fn of_version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// Takes only those that run.
    #[must_use]
    pub fn running(mut self) -> Self {
        self.status = Some(ExecutionStatus::Running);
        self
    }

    /// Takes only those of a name.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Takes only those that started after a time.
    #[must_use]
    pub fn started_after(mut self, time: DateTime) -> Self {
        self.started_after = Some(time);
        self
    }

    /// Asks for pages no faster than the limiter lets it.
    #[must_use]
    pub fn paced_by(mut self, limiter: &'a Limiter) -> Self {
        self.limiter = Some(limiter);
        self
    }

    /// Returns the next page; nothing after the last.
    pub async fn next(&mut self) -> Result<Option<Vec<Execution>>> {
        let marker = match &self.marker {
            Marker::Start => None,
            Marker::At(marker) => Some(marker.clone()),
            Marker::End => return Ok(None),
        };
        if let Some(limiter) = self.limiter {
            limiter.turn().await;
        }
        let page = self
            .lambda
            .list_durable_executions_by_function()
            .function_name(self.function)
            .set_qualifier(self.version.clone())
            .set_statuses(self.status.clone().map(|status| vec![status]))
            .set_durable_execution_name(self.name.clone())
            .set_started_after(self.started_after)
            .max_items(self.page)
            .set_marker(marker)
            .send()
            .await
            .map_err(failed(format!(
                "the executions of `{}` could not be listed",
                self.function
            )))?;
        self.marker = match page.next_marker {
            Some(marker) if !marker.is_empty() => Marker::At(marker),
            _ => Marker::End,
        };
        Ok(Some(page.durable_executions.unwrap_or_default()))
    }

    /// Returns all that are left, those of every page.
    pub async fn all(mut self) -> Result<Vec<Execution>> {
        let mut all = Vec::new();
        while let Some(page) = self.next().await? {
            all.extend(page);
        }
        Ok(all)
    }

    /// Returns whether there is one; asks for no more than one.
    pub async fn any(mut self) -> Result<bool> {
        self.page = 1;
        while let Some(page) = self.next().await? {
            if !page.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Returns the ARNs of the running executions, on every version of the function.
pub async fn running_executions(clients: &Clients, function: &str) -> Result<Vec<String>> {
    let mut arns = BTreeSet::new();
    for version in versions(clients, function).await? {
        let Some(version) = version.version else {
            continue;
        };
        let executions = Executions::of(&clients.lambda, function);
        let mut running = executions.of_version(version).running();
        while let Some(page) = running.next().await? {
            arns.extend(
                page.into_iter()
                    .map(|execution| execution.durable_execution_arn),
            );
        }
    }
    Ok(arns.into_iter().collect())
}
