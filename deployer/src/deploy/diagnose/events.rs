//! The failed events of an operation that stack events do not show: validations and hooks.

use aws_sdk_cloudformation::types::{EventFilter, EventType, OperationEvent};

use super::failure::{Failures, ResourceFailure};
use crate::aws::{Clients, failed};
use crate::error::Kind;

/// Whose events to read.
#[derive(Debug, Clone, Copy)]
pub enum Operation<'a> {
    /// An operation by its id.
    Id(&'a str),
    /// A change set by its ARN.
    ChangeSet(&'a str),
}

/// The most pages to read; the first cause is among the first.
const PAGES: usize = 5;

/// Returns the failed validations and hooks of an operation, in the order of time.
///
/// They only explain: where the service does not know them there are none, and where the credentials may not
/// read them, the answer says so.
pub async fn failed_events(clients: &Clients, operation: Operation<'_>) -> Failures {
    let call = clients
        .cloudformation
        .describe_events()
        .filters(EventFilter::builder().failed_events(true).build());
    let call = match operation {
        Operation::Id(id) => call.operation_id(id),
        Operation::ChangeSet(arn) => call.change_set_name(arn),
    };
    let mut pages = call.into_paginator().send();
    let mut failures = Failures::default();
    for _ in 0..PAGES {
        match pages.next().await {
            Some(Ok(page)) => failures
                .found
                .extend(page.operation_events().iter().filter_map(failure)),
            Some(Err(error)) => {
                let error = failed("the events of validations and hooks could not be read")(error);
                if error.kind() == Kind::Permission {
                    failures.unread = Some(error.in_a_line());
                }
                break;
            }
            None => break,
        }
    }
    // The service gives the newest first.
    failures.found.reverse();
    failures
}

fn failure(event: &OperationEvent) -> Option<ResourceFailure> {
    let (status, reason) = match event.event_type()? {
        EventType::ValidationError => (event.validation_name(), validation_reason(event)),
        EventType::HookInvocationError => (
            event.hook_type(),
            Some(format!(
                "hook {} failed: {}",
                event.hook_type().unwrap_or_default(),
                event.hook_status_reason().unwrap_or("no reason given")
            )),
        ),
        _ => return None,
    };
    Some(ResourceFailure {
        operation: event.operation_id().map(str::to_owned),
        resource: event.logical_resource_id().unwrap_or_default().to_owned(),
        resource_type: event.resource_type().unwrap_or_default().to_owned(),
        status: status.unwrap_or_default().to_owned(),
        reason,
    })
}

fn validation_reason(event: &OperationEvent) -> Option<String> {
    let reason = event
        .validation_status_reason()
        .or(event.resource_status_reason())?;
    Some(match event.validation_path() {
        Some(path) => format!("validation failed at {path}: {reason}"),
        None => format!("validation failed: {reason}"),
    })
}
