//! The executions of several workflows, merged by their start, a page of each in memory at a time.

use std::collections::VecDeque;

use aws_sdk_lambda::primitives::DateTime;
use aws_sdk_lambda::types::Execution;
use durable_history::{ExecutionArn, History, Timestamp};

use super::filter::{Filter, Order};
use crate::aws::{Clients, Executions, history, versions};
use crate::error::Result;
use crate::operate::deployed::DeployedWorkflow;

/// An execution in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// The workflow.
    pub workflow: String,
    /// The name.
    pub name: String,
    /// Where it stands, in the service's own word.
    pub status: String,
    /// The version that it is pinned to.
    pub version: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The ARN.
    pub arn: String,
}

impl Listed {
    /// Returns an execution of a workflow, as the service lists it.
    pub(super) fn of(workflow: &str, execution: &Execution) -> Self {
        let arn = execution.durable_execution_arn();
        let version = ExecutionArn::parse(arn).map(|arn| arn.version.to_owned());
        Self {
            workflow: workflow.to_owned(),
            name: execution.durable_execution_name().to_owned(),
            status: execution.status().as_str().to_owned(),
            version: version.unwrap_or_default(),
            started_at: time(execution.start_timestamp()),
            ended_at: execution.end_timestamp().map(time),
            arn: arn.to_owned(),
        }
    }

    /// Returns whether nothing more will happen in it.
    pub fn is_finished(&self) -> bool {
        durable_history::is_finished(&self.status)
    }
}

fn time(time: &DateTime) -> Timestamp {
    Timestamp::from_millis(time.to_millis().unwrap_or_default())
}

/// The executions that a filter asks for, in its order.
#[derive(Debug)]
pub struct Listing<'a> {
    clients: &'a Clients,
    filter: &'a Filter,
    sources: Vec<Source<'a>>,
    left: usize,
}

/// The executions of one function, or of one version of it.
#[derive(Debug)]
struct Source<'a> {
    workflow: &'a str,
    pages: Executions<'a>,
    next: VecDeque<Listed>,
    /// Whether the executions of other versions may be missing.
    first: bool,
    at_end: bool,
}

impl<'a> Listing<'a> {
    /// Begins to list.
    pub fn of(clients: &'a Clients, workflows: &'a [DeployedWorkflow], filter: &'a Filter) -> Self {
        let sources = workflows.iter().map(|workflow| {
            Source::new(
                clients,
                (&workflow.workflow, &workflow.function),
                filter.version.as_deref(),
                filter,
            )
        });
        Self {
            clients,
            filter,
            sources: sources.collect(),
            left: filter.limit.unwrap_or(usize::MAX),
        }
    }

    /// Returns the next one; nothing after the last.
    pub async fn next(&mut self) -> Result<Option<Listed>> {
        while self.left > 0 {
            self.fill().await?;
            let Some(listed) = self.take() else {
                return Ok(None);
            };
            if self.admits(&listed).await? {
                self.left -= 1;
                return Ok(Some(listed));
            }
        }
        Ok(None)
    }

    /// Sees that the next execution of every source is there.
    async fn fill(&mut self) -> Result<()> {
        let mut further = Vec::new();
        let empty = self.sources.iter_mut().filter(|source| source.is_empty());
        let filled = empty.map(|source| source.fill(self.clients, self.filter));
        for versions in futures::future::join_all(filled).await {
            further.extend(versions?);
        }
        if !further.is_empty() {
            self.sources.extend(further);
            Box::pin(self.fill()).await?;
        }
        Ok(())
    }

    /// Takes the next execution in the order of the filter.
    fn take(&mut self) -> Option<Listed> {
        let heads = self
            .sources
            .iter_mut()
            .filter(|source| !source.next.is_empty());
        let begin = |source: &&mut Source<'_>| source.next.front().map(|next| next.started_at);
        let source = match self.filter.order {
            Order::OldestFirst => heads.min_by_key(begin),
            // Of equals the first, as there.
            Order::NewestFirst => heads.min_by_key(|source| std::cmp::Reverse(begin(source))),
        };
        source.and_then(|source| source.next.pop_front())
    }

    async fn admits(&self, listed: &Listed) -> Result<bool> {
        let prefix = self.filter.name.as_deref().unwrap_or_default();
        if !listed.name.starts_with(prefix) {
            return Ok(false);
        }
        let Some(operation) = &self.filter.waiting_for else {
            return Ok(true);
        };
        if listed.is_finished() {
            return Ok(false);
        }
        let history = History::of(history(self.clients, &listed.arn).await?);
        let waiting = history.waiting();
        Ok(waiting.into_iter().any(|waiting| {
            let mut around = history.ancestry(waiting);
            around.any(|around| around.name.as_deref() == Some(operation))
        }))
    }
}

impl<'a> Source<'a> {
    fn new(
        clients: &'a Clients,
        (workflow, function): (&'a str, &'a str),
        version: Option<&str>,
        filter: &Filter,
    ) -> Self {
        let mut pages = Executions::of(clients, function).of_statuses(&filter.statuses);
        if let Some(version) = version {
            pages = pages.of_version(version);
        }
        if let Some(since) = filter.since {
            pages = pages.started_after(DateTime::from_millis(since.millis()));
        }
        if let Some(until) = filter.until {
            pages = pages.started_before(DateTime::from_millis(until.millis()));
        }
        if filter.order == Order::OldestFirst {
            pages = pages.oldest_first();
        }
        if let (Some(limit), true) = (filter.limit, filter.is_the_services()) {
            pages = pages.in_pages_of(limit);
        }
        Self {
            workflow,
            pages,
            next: VecDeque::new(),
            first: version.is_none(),
            at_end: false,
        }
    }

    fn is_empty(&self) -> bool {
        self.next.is_empty() && !self.at_end
    }

    /// Reads on until there is an execution, or none is left. Returns the sources of the function's other
    /// versions, where this one does not have them.
    async fn fill(&mut self, clients: &'a Clients, filter: &Filter) -> Result<Vec<Source<'a>>> {
        let mut further = Vec::new();
        while self.is_empty() {
            let Some(page) = self.pages.next().await? else {
                self.at_end = true;
                break;
            };
            let listed = page.iter();
            self.next
                .extend(listed.map(|execution| Listed::of(self.workflow, execution)));
            if std::mem::take(&mut self.first) {
                further = self.versions(clients, filter).await?;
            }
        }
        Ok(further)
    }

    /// The service's model says that a list without a qualifier has all versions; an older page, that it
    /// has `$LATEST` only. An execution of a version shows which it is; without one the versions are asked.
    async fn versions(&self, clients: &'a Clients, filter: &Filter) -> Result<Vec<Source<'a>>> {
        const LATEST: &str = "$LATEST";
        if self.next.iter().any(|listed| listed.version != LATEST) {
            return Ok(Vec::new());
        }
        let function = self.pages.function();
        let versions = versions(clients, function).await?;
        let numbers = versions.iter().filter_map(|version| version.version());
        Ok(numbers
            .filter(|number| *number != LATEST)
            .map(|number| Self::new(clients, (self.workflow, function), Some(number), filter))
            .collect())
    }
}

#[cfg(test)]
mod tests;
