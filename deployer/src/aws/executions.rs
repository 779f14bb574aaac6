//! Executions of durable functions, listed.

use std::collections::BTreeSet;

use aws_sdk_lambda::error::SdkError;
use aws_sdk_lambda::operation::list_durable_executions_by_function::{
    ListDurableExecutionsByFunctionError as ListError,
    ListDurableExecutionsByFunctionOutput as Page,
};
use aws_sdk_lambda::primitives::DateTime;
use aws_sdk_lambda::types::{Execution, ExecutionStatus};

use super::clients::Clients;
use super::failure::{code_of, failed};
use crate::error::Result;

/// What the service says of a marker that it does not know any more.
const REFUSED: &str = "InvalidParameterValueException";

/// The most executions that the service returns in one page.
const LARGEST_PAGE: i32 = 1000;

/// The statuses of executions that are not finished; the SDK has no names for all of them yet.
pub(super) const UNFINISHED: [&str; 3] = ["RUNNING", "PAUSING", "PAUSED"];

/// Returns whether nothing more will happen in an execution of this status.
pub fn is_finished(status: &ExecutionStatus) -> bool {
    durable_history::is_finished(status.as_str())
}

/// A list of the executions of a function, read a page at a time.
#[derive(Debug)]
pub struct Executions<'a> {
    clients: &'a Clients,
    function: &'a str,
    version: Option<String>,
    statuses: Option<Vec<ExecutionStatus>>,
    name: Option<String>,
    started_after: Option<DateTime>,
    started_before: Option<DateTime>,
    oldest_first: bool,
    page: i32,
    marker: Marker,
    last: Last,
}

/// The executions that came last: all of them that started at one time.
#[derive(Debug, Default)]
struct Last {
    /// That time, in milliseconds since 1970.
    start: Option<i64>,
    arns: BTreeSet<String>,
}

impl Last {
    fn is(&self, execution: &Execution) -> bool {
        self.arns.contains(execution.durable_execution_arn())
    }

    fn take_in(&mut self, page: &[Execution]) {
        for execution in page {
            let start = execution.start_timestamp().to_millis().ok();
            if self.start != start {
                self.start = start;
                self.arns.clear();
            }
            let arn = execution.durable_execution_arn();
            self.arns.insert(arn.to_owned());
        }
    }
}

/// How far a list was read.
#[derive(Debug)]
enum Marker {
    Start,
    At(String),
    End,
}

impl<'a> Executions<'a> {
    /// Returns the list of all executions that the service lists for a function, named without a
    /// qualifier: the newest first.
    pub fn of(clients: &'a Clients, function: &'a str) -> Self {
        Self {
            clients,
            function,
            version: None,
            statuses: None,
            name: None,
            started_after: None,
            started_before: None,
            oldest_first: false,
            page: LARGEST_PAGE,
            marker: Marker::Start,
            last: Last::default(),
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

    /// Takes only those of these statuses; all where there are none.
    #[must_use]
    pub fn of_statuses(mut self, statuses: &[String]) -> Self {
        let statuses = statuses.iter().map(|status| status.as_str().into());
        self.statuses = Some(statuses.collect()).filter(|all: &Vec<_>| !all.is_empty());
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

    /// Takes only those that started before a time.
    #[must_use]
    pub fn started_before(mut self, time: DateTime) -> Self {
        self.started_before = Some(time);
        self
    }

    /// Takes the oldest first.
    #[must_use]
    pub fn oldest_first(mut self) -> Self {
        self.oldest_first = true;
        self
    }

    /// Asks for pages of so many executions, at least one and at most as many as the service allows.
    #[must_use]
    pub fn in_pages_of(mut self, executions: usize) -> Self {
        let page = i32::try_from(executions).unwrap_or(LARGEST_PAGE);
        self.page = page.clamp(1, LARGEST_PAGE);
        self
    }

    /// Returns the function.
    pub fn function(&self) -> &'a str {
        self.function
    }

    /// Returns the next page; nothing after the last.
    ///
    /// The marker of a page expires after a day. The list then goes on from the start of the execution
    /// that came last.
    pub async fn next(&mut self) -> Result<Option<Vec<Execution>>> {
        let marker = match &self.marker {
            Marker::Start => None,
            Marker::At(marker) => Some(marker.clone()),
            Marker::End => return Ok(None),
        };
        let resumed = marker.is_some();
        let page = match self.ask(marker).await {
            Err(error) if resumed && code_of(&error) == Some(REFUSED) && self.go_on_from_last() => {
                self.ask(None).await
            }
            asked => asked,
        };
        let page = page.map_err(failed(format!(
            "the executions of `{}` could not be listed",
            self.function
        )))?;
        self.marker = match page.next_marker {
            Some(marker) if !marker.is_empty() => Marker::At(marker),
            _ => Marker::End,
        };
        let mut executions = page.durable_executions.unwrap_or_default();
        executions.retain(|execution| !self.last.is(execution));
        self.last.take_in(&executions);
        Ok(Some(executions))
    }

    async fn ask(&self, marker: Option<String>) -> Result<Page, SdkError<ListError>> {
        self.clients.rates.listings.turn().await;
        self.clients
            .lambda
            .list_durable_executions_by_function()
            .function_name(self.function)
            .set_qualifier(self.version.clone())
            .set_statuses(self.statuses.clone())
            .set_durable_execution_name(self.name.clone())
            .set_started_after(self.started_after)
            .set_started_before(self.started_before)
            .set_reverse_order(self.oldest_first.then_some(true))
            .max_items(self.page)
            .set_marker(marker)
            .send()
            .await
    }

    /// Narrows the list to what comes after the last execution, with those that started when it did;
    /// the borders of a range are not part of it. Returns whether there was one.
    fn go_on_from_last(&mut self) -> bool {
        let Some(start) = self.last.start else {
            return false;
        };
        if self.oldest_first {
            self.started_after = Some(DateTime::from_millis(start - 1));
        } else {
            self.started_before = Some(DateTime::from_millis(start + 1));
        }
        true
    }

    /// Reads on, after the last page, with those that started since; the oldest come first, or they would be missed.
    pub fn go_on(&mut self) {
        self.go_on_from_last();
        self.marker = Marker::Start;
    }

    /// Returns all that are left, those of every page.
    pub async fn all(mut self) -> Result<Vec<Execution>> {
        self.rest().await
    }

    /// Returns all that are left, those of every page, of a list that is asked again.
    pub async fn rest(&mut self) -> Result<Vec<Execution>> {
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

#[cfg(test)]
mod tests {
    use super::UNFINISHED;

    #[test]
    fn what_is_asked_for_as_unfinished_is_not_finished() {
        for status in UNFINISHED {
            assert!(!durable_history::is_finished(status), "{status}");
        }
    }
}
