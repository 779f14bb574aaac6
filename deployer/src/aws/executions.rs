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

/// The statuses of executions that are not finished; the SDK has no names for all of them yet.
const UNFINISHED: [&str; 3] = ["RUNNING", "PAUSING", "PAUSED"];

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
    statuses: Option<Vec<ExecutionStatus>>,
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
            statuses: None,
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

    /// Takes only those that go on, or will once somebody resumes them.
    #[must_use]
    pub fn unfinished(mut self) -> Self {
        self.statuses = Some(UNFINISHED.map(ExecutionStatus::from).to_vec());
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
            .set_statuses(self.statuses.clone())
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

/// Returns the ARNs of the unfinished executions, on every version of the function.
pub async fn unfinished_executions(clients: &Clients, function: &str) -> Result<Vec<String>> {
    let mut arns = BTreeSet::new();
    for version in versions(clients, function).await? {
        let Some(version) = version.version else {
            continue;
        };
        let executions = Executions::of(&clients.lambda, function);
        let mut unfinished = executions.of_version(version).unfinished();
        while let Some(page) = unfinished.next().await? {
            arns.extend(
                page.into_iter()
                    .map(|execution| execution.durable_execution_arn),
            );
        }
    }
    Ok(arns.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use aws_sdk_lambda::types::ExecutionStatus;

    use super::{UNFINISHED, is_finished};

    #[test]
    fn what_is_paused_or_not_known_goes_on() {
        for status in UNFINISHED.into_iter().chain(["SOMETHING_NEW"]) {
            assert!(!is_finished(&ExecutionStatus::from(status)), "{status}");
        }
        for status in ["SUCCEEDED", "FAILED", "TIMED_OUT", "STOPPED"] {
            assert!(is_finished(&ExecutionStatus::from(status)), "{status}");
        }
    }
}
