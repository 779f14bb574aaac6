//! Follows an operation of a stack to its end and finds the first real cause where it fails.

use std::collections::HashSet;
use std::time::Duration;

use aws_sdk_cloudformation::types::StackEvent;

use super::stack::{LiveStack, describe};
use super::standing::{Standing, standing};
use crate::aws::{Clients, Pace, failed, until};
use crate::error::{Error, Kind, Result};
use crate::event::{Event, Reporter};

/// Longer than any operation of ours may take; durable functions drain before they go.
const LONGEST_OPERATION: Duration = Duration::from_hours(3);

/// The events of one stack, as far as they were seen.
pub(super) struct Watch<'a> {
    clients: &'a Clients,
    stack: String,
    seen: HashSet<String>,
    failures: Vec<String>,
}

impl<'a> Watch<'a> {
    /// Starts watching: what happened before is history. `stack` is a name or an id.
    pub(super) async fn from_now(clients: &'a Clients, stack: &str) -> Result<Self> {
        let mut watch = Self {
            clients,
            stack: stack.to_owned(),
            seen: HashSet::new(),
            failures: Vec::new(),
        };
        for event in watch.events().await? {
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
            failures: Vec::new(),
        }
    }

    /// Follows the operation under way to its end; nothing is left where the stack is gone.
    pub(super) async fn follow(&mut self, reporter: &dyn Reporter) -> Result<Option<LiveStack>> {
        let pace = Pace::of(self.clients.endpoint.as_deref(), LONGEST_OPERATION);
        let (clients, stack) = (self.clients, self.stack.clone());
        let watch = tokio::sync::Mutex::new(self);
        let ended = until(pace, || async {
            // The state first: events of the last moment are then never missed.
            let live = describe(clients, &stack).await?;
            watch.lock().await.report_news(reporter).await?;
            let busy = standing(live.as_ref().map(|live| &live.status)) == Standing::Busy;
            Ok(if busy { None } else { Some(live) })
        })
        .await?;
        ended.ok_or_else(|| {
            Error::new(
                Kind::Deployment,
                format!("the stack `{stack}` did not come to rest"),
            )
            .hint("look at its events in the CloudFormation console, then run the command again")
        })
    }

    /// Returns what failed first, as far as it was seen; cancellations and follow-ups are no causes.
    pub(super) fn first_cause(&self) -> Option<&str> {
        self.failures.first().map(String::as_str)
    }

    async fn report_news(&mut self, reporter: &dyn Reporter) -> Result<()> {
        // The service gives the newest first.
        let mut news = self.events().await?;
        news.reverse();
        for event in news {
            let Some(id) = event.event_id() else { continue };
            if !self.seen.insert(id.to_owned()) {
                continue;
            }
            let status = event
                .resource_status()
                .map(|status| status.as_str().to_owned())
                .unwrap_or_default();
            let reason = event
                .resource_status_reason()
                .filter(|reason| !reason.is_empty())
                .map(str::to_owned);
            let resource = event.logical_resource_id().unwrap_or_default().to_owned();
            let resource_type = event.resource_type().unwrap_or_default().to_owned();
            if is_cause(&status, reason.as_deref(), &resource_type) {
                self.failures.push(format!(
                    "{resource} ({resource_type}): {}",
                    reason.as_deref().unwrap_or(&status)
                ));
            }
            reporter.report(&Event::ResourceChanged {
                stack: self.stack.clone(),
                resource,
                resource_type,
                status,
                reason,
            });
        }
        Ok(())
    }

    async fn events(&self) -> Result<Vec<StackEvent>> {
        let mut pages = self
            .clients
            .cloudformation
            .describe_stack_events()
            .stack_name(&self.stack)
            .into_paginator()
            .send();
        let mut events = Vec::new();
        while let Some(page) = pages.next().await {
            let page = match page {
                Ok(page) => page,
                Err(error) if crate::aws::message_of(&error).contains("does not exist") => break,
                Err(error) => {
                    return Err(failed(format!(
                        "the events of the stack `{}` could not be read",
                        self.stack
                    ))(error));
                }
            };
            let known = page
                .stack_events()
                .iter()
                .any(|event| event.event_id().is_some_and(|id| self.seen.contains(id)));
            events.extend(page.stack_events.unwrap_or_default());
            if known {
                break;
            }
        }
        Ok(events)
    }
}

fn is_cause(status: &str, reason: Option<&str>, resource_type: &str) -> bool {
    let follow_up = reason.is_some_and(|reason| {
        let reason = reason.to_lowercase();
        reason.contains("cancelled") || reason.contains("the following resource(s) failed")
    });
    status.ends_with("_FAILED") && !follow_up && resource_type != "AWS::CloudFormation::Stack"
}

#[cfg(test)]
mod tests {
    use super::is_cause;

    #[test]
    fn follow_ups_are_no_causes() {
        assert!(is_cause(
            "CREATE_FAILED",
            Some("name taken"),
            "AWS::SQS::Queue"
        ));
        assert!(is_cause("CREATE_FAILED", None, "AWS::SQS::Queue"));
        assert!(!is_cause(
            "CREATE_FAILED",
            Some("Resource creation cancelled"),
            "AWS::SQS::Queue"
        ));
        assert!(!is_cause("CREATE_COMPLETE", None, "AWS::SQS::Queue"));
        assert!(!is_cause(
            "ROLLBACK_FAILED",
            Some("The following resource(s) failed to delete: [A]"),
            "AWS::CloudFormation::Stack"
        ));
    }
}
