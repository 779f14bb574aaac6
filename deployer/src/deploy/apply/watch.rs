//! Follows an operation of a stack to its end and gathers what failed.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aws_sdk_cloudformation::types::{ResourceStatus, StackEvent};

use super::cancel::{Attention, canceled};
use super::draining::Draining;
use crate::aws::{Clients, Pace, failed, message_of, until};
use crate::deploy::diagnose::{Failures, Operation, ResourceFailure, failed_events};
use crate::error::{Error, Kind, Result};
use crate::event::{Event, Reporter, Silent};
use crate::resources::STACK;
use crate::stack::{LiveStack, Standing, describe, standing};

/// Longer than any operation of ours may take; durable functions drain before they go.
const LONGEST_OPERATION: Duration = Duration::from_hours(3);

/// How often in a row the service may be out of reach; the operation goes on without us meanwhile.
const PATIENCE: u32 = 20;

/// How attempts begin; a rollback belongs to what it rolls back.
const ATTEMPTS: [&str; 3] = [
    "CREATE_IN_PROGRESS",
    "UPDATE_IN_PROGRESS",
    "DELETE_IN_PROGRESS",
];

/// The events of one stack, as far as they were seen.
pub(super) struct Watch<'a> {
    clients: &'a Clients,
    stack: String,
    seen: HashSet<String>,
    /// The first event of what is watched, where that began before.
    first: Option<String>,
    operations: Vec<String>,
    failures: Vec<ResourceFailure>,
    draining: Draining,
}

impl<'a> Watch<'a> {
    /// Starts watching: what happened before is history. `stack` is a name or an id.
    pub(super) async fn from_now(clients: &'a Clients, stack: &str) -> Result<Self> {
        let mut watch = Self::from_creation(clients, stack);
        for event in watch.page().await? {
            watch.seen.extend(event.event_id().map(str::to_owned));
        }
        Ok(watch)
    }

    /// Starts watching a stack that has no history.
    pub(super) fn from_creation(clients: &'a Clients, stack: &str) -> Self {
        Self {
            clients,
            stack: stack.to_owned(),
            seen: HashSet::new(),
            first: None,
            operations: Vec::new(),
            failures: Vec::new(),
            draining: Draining::default(),
        }
    }

    /// Joins the latest attempt: its operation, and the rollback where it has begun.
    pub(super) async fn from_attempt(clients: &'a Clients, stack: &str) -> Result<Self> {
        let mut watch = Self::from_creation(clients, stack);
        let attempt = watch.since(|event| starts(event, &ATTEMPTS)).await?;
        watch.first = attempt
            .first()
            .and_then(StackEvent::event_id)
            .map(str::to_owned);
        Ok(watch)
    }

    /// Returns the resources whose state the latest rollback could not bring back.
    pub(super) async fn rollback_failures(
        clients: &Clients,
        stack: &str,
    ) -> Result<Vec<ResourceFailure>> {
        let events = Watch::from_creation(clients, stack)
            .since(|event| starts(event, &["UPDATE_ROLLBACK_IN_PROGRESS"]))
            .await?;
        let failures = events.iter().filter(|event| failed_status(event));
        Ok(failures
            .filter(|event| event.resource_type() != Some(STACK))
            .map(failure)
            .filter(ResourceFailure::is_cause)
            .collect())
    }

    /// Follows the operation under way to its end; nothing is left where the stack is gone.
    ///
    /// # Errors
    ///
    /// An update that was canceled, as the user wished, whatever came of that.
    pub(super) async fn follow(&mut self, reporter: &dyn Reporter) -> Result<Option<LiveStack>> {
        let pace =
            Pace::of(self.clients.endpoint.as_deref(), LONGEST_OPERATION).staggered(&self.stack);
        let (clients, stack) = (self.clients, self.stack.clone());
        let lost = AtomicU32::new(0);
        let attention = Attention::new(clients, reporter);
        let watch = tokio::sync::Mutex::new(self);
        let ended = until(pace, || async {
            let look = async {
                // The state first: events of the last moment are then never missed.
                let live = describe(clients, &stack).await?;
                let busy = live.as_ref().filter(|live| is_busy(live));
                if let Some(busy) = busy {
                    attention.cancel_if_asked(busy).await;
                }
                let mut watch = watch.lock().await;
                watch.report_news(reporter).await?;
                if busy.is_some() {
                    for text in watch.draining.look(clients).await {
                        reporter.report(&Event::Note { text });
                    }
                }
                Ok(live)
            };
            match look.await {
                Ok(live) => {
                    lost.store(0, Ordering::Relaxed);
                    let busy = live.as_ref().is_some_and(is_busy);
                    Ok(if busy { None } else { Some(live) })
                }
                Err(error) => forgive(error, &lost, &stack, reporter).map(|()| None),
            }
        })
        .await?;
        let rest = ended.ok_or_else(|| {
            Error::new(
                Kind::Deployment,
                format!("the stack `{stack}` did not come to rest"),
            )
            .hint("look at its events in the CloudFormation console, then run the command again")
        })?;
        if attention.is_canceled() {
            let failures = watch.into_inner().failures().await;
            return Err(canceled(rest.as_ref(), &failures));
        }
        Ok(rest)
    }

    /// Follows without a word.
    pub(super) async fn until_rest(&mut self) -> Result<Option<LiveStack>> {
        self.follow(&Silent).await
    }

    /// Returns all that failed, in the order of time, with what only the operations' own events tell.
    pub(super) async fn failures(&self) -> Failures {
        let mut failures = Failures::default();
        for operation in &self.operations {
            // Validations come before anything is provisioned.
            failures.extend(failed_events(self.clients, Operation::Id(operation)).await);
        }
        failures.extend(Failures::from(self.failures.clone()));
        failures
    }

    /// Returns what an operation that went well could not remove afterwards.
    pub(super) fn left_behind(&self) -> impl Iterator<Item = &ResourceFailure> {
        let failures = self.failures.iter();
        failures.filter(|failure| failure.status == "DELETE_FAILED" && failure.is_cause())
    }

    async fn report_news(&mut self, reporter: &dyn Reporter) -> Result<()> {
        for event in self.news().await? {
            let Some(id) = event.event_id() else { continue };
            self.seen.insert(id.to_owned());
            if let Some(operation) = event.operation_id()
                && !self.operations.iter().any(|known| known == operation)
            {
                self.operations.push(operation.to_owned());
            }
            self.draining.hear(&event);
            let failure = failure(&event);
            if failed_status(&event) {
                self.failures.push(failure.clone());
            }
            let ResourceFailure {
                resource,
                resource_type,
                status,
                reason,
                ..
            } = failure;
            reporter.report(&Event::ResourceChanged {
                stack: event.stack_name().unwrap_or(&self.stack).to_owned(),
                resource,
                resource_type,
                status,
                reason,
            });
        }
        Ok(())
    }

    /// Returns the events since those that were seen, the oldest first.
    async fn news(&self) -> Result<Vec<StackEvent>> {
        let first = self.first.as_deref();
        self.since(|event| first.is_some() && event.event_id() == first)
            .await
    }

    /// Returns the events that were not seen, back to the latest that `begins`, the oldest first.
    async fn since(&self, begins: impl Fn(&StackEvent) -> bool) -> Result<Vec<StackEvent>> {
        let mut pages = self
            .clients
            .cloudformation
            .describe_stack_events()
            .stack_name(&self.stack)
            .into_paginator()
            .send();
        let mut news = Vec::new();
        'pages: while let Some(page) = pages.next().await {
            let page = match page {
                Ok(page) => page,
                Err(error) if message_of(&error).contains("does not exist") => break,
                Err(error) => return Err(failed(self.unreadable())(error)),
            };
            // The service gives the newest first.
            for event in page.stack_events.unwrap_or_default() {
                if event.event_id().is_some_and(|id| self.seen.contains(id)) {
                    break 'pages;
                }
                let begun = begins(&event);
                news.push(event);
                if begun {
                    break 'pages;
                }
            }
        }
        news.reverse();
        Ok(news)
    }

    /// Returns the newest events, as many as one call gives.
    async fn page(&self) -> Result<Vec<StackEvent>> {
        let call = self.clients.cloudformation.describe_stack_events();
        match call.stack_name(&self.stack).send().await {
            Ok(page) => Ok(page.stack_events.unwrap_or_default()),
            Err(error) if message_of(&error).contains("does not exist") => Ok(Vec::new()),
            Err(error) => Err(failed(self.unreadable())(error)),
        }
    }

    fn unreadable(&self) -> String {
        format!("the events of the stack `{}` could not be read", self.stack)
    }
}

fn is_busy(live: &LiveStack) -> bool {
    standing(Some(&live.status)) == Standing::Busy
}

/// Returns whether the stack itself enters one of `statuses`.
fn starts(event: &StackEvent, statuses: &[&str]) -> bool {
    event.resource_type() == Some(STACK)
        && event.physical_resource_id() == event.stack_id()
        && statuses.contains(&status(event))
}

fn status(event: &StackEvent) -> &str {
    event
        .resource_status()
        .map(ResourceStatus::as_str)
        .unwrap_or_default()
}

fn failed_status(event: &StackEvent) -> bool {
    status(event).ends_with("_FAILED")
}

fn failure(event: &StackEvent) -> ResourceFailure {
    ResourceFailure {
        operation: event.operation_id().map(str::to_owned),
        resource: event.logical_resource_id().unwrap_or_default().to_owned(),
        resource_type: event.resource_type().unwrap_or_default().to_owned(),
        status: status(event).to_owned(),
        reason: event
            .resource_status_reason()
            .filter(|reason| !reason.is_empty())
            .map(str::to_owned),
    }
}

/// Takes a lost network, or a service that is asked too often, for a pause, for a while.
fn forgive(error: Error, lost: &AtomicU32, stack: &str, reporter: &dyn Reporter) -> Result<()> {
    let times = lost.fetch_add(1, Ordering::Relaxed) + 1;
    if error.kind() == Kind::Permission {
        return Err(error.hint(
            "what CloudFormation has begun goes on by itself; get valid credentials, then run the same command again, which waits for the stack and goes on from there",
        ));
    }
    if error.kind() != Kind::Service || times > PATIENCE {
        return Err(error.hint(
            "what CloudFormation has begun goes on by itself; run the same command again to go on from there",
        ));
    }
    if times == 1 {
        let cause = error.causes().into_iter().next().unwrap_or_default();
        reporter.report(&Event::Warning {
            text: format!(
                "AWS does not answer for now ({cause}); still watching the stack `{stack}`"
            ),
        });
    }
    Ok(())
}
