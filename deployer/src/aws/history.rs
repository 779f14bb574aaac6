//! Histories of executions, read from the service. The only place that knows the SDK's events.

use aws_sdk_lambda::primitives::DateTime;
use aws_sdk_lambda::types::{
    ErrorObject as SdkError, Event as SdkEvent, EventError as SdkEventError,
    EventInput as SdkInput, EventResult as SdkResult, RetryDetails as SdkRetry,
};
use durable_history::{
    ErrorObject, EventDetail, EventError, EventPayload, EventText, HistoryEvent, RetryDetails,
    Timestamp,
};

use super::clients::Clients;
use super::failure::failed;
use crate::error::Result;

/// The most events that the service returns in one page.
const LARGEST_PAGE: i32 = 1000;
/// How many events are asked for at once where few are new.
const PAGE_OF_NEWS: i32 = 100;

/// Returns the whole history of an execution, with its data.
pub async fn history(clients: &Clients, arn: &str) -> Result<Vec<HistoryEvent>> {
    let mut pages = Pages::of(clients, arn, LARGEST_PAGE, false);
    let mut history = Vec::new();
    while let Some(page) = pages.next().await? {
        history.extend(page);
    }
    Ok(history)
}

/// Returns the events of an execution after the one with the id `last`, with their data: no more pages are
/// read than have new events.
pub async fn history_after(clients: &Clients, arn: &str, last: u64) -> Result<Vec<HistoryEvent>> {
    if last == 0 {
        return history(clients, arn).await;
    }
    let mut pages = Pages::of(clients, arn, PAGE_OF_NEWS, true);
    let mut newest_first = Vec::new();
    while let Some(page) = pages.next().await? {
        let told = page.len();
        let before = newest_first.len();
        newest_first.extend(page.into_iter().take_while(|event| event.event_id > last));
        if newest_first.len() - before < told {
            break;
        }
    }
    newest_first.reverse();
    Ok(newest_first)
}

/// The events of an execution, read a page at a time.
struct Pages<'a> {
    clients: &'a Clients,
    arn: &'a str,
    /// How many events a page has at the most.
    most: i32,
    newest_first: bool,
    marker: Option<String>,
    at_end: bool,
}

impl<'a> Pages<'a> {
    fn of(clients: &'a Clients, arn: &'a str, most: i32, newest_first: bool) -> Self {
        Self {
            clients,
            arn,
            most,
            newest_first,
            marker: None,
            at_end: false,
        }
    }

    /// Returns the next page; nothing after the last.
    async fn next(&mut self) -> Result<Option<Vec<HistoryEvent>>> {
        if self.at_end {
            return Ok(None);
        }
        self.clients.rates.histories.turn().await;
        let page = self
            .clients
            .lambda
            .get_durable_execution_history()
            .durable_execution_arn(self.arn)
            .include_execution_data(true)
            .set_reverse_order(self.newest_first.then_some(true))
            .max_items(self.most)
            .set_marker(self.marker.take())
            .send()
            .await
            .map_err(failed(format!(
                "the history of the execution `{}` could not be read",
                self.arn
            )))?;
        let events = page.events().iter().map(event).collect();
        self.marker = page.next_marker.filter(|marker| !marker.is_empty());
        self.at_end = self.marker.is_none();
        Ok(Some(events))
    }
}

/// Returns an event of the SDK's as the typed one.
pub(crate) fn event(event: &SdkEvent) -> HistoryEvent {
    let kind = event.event_type().map(|kind| kind.as_str().to_owned());
    HistoryEvent {
        event_id: u64::try_from(event.event_id()).unwrap_or_default(),
        event_type: kind.unwrap_or_default(),
        event_timestamp: event.event_timestamp().map(timestamp).unwrap_or_default(),
        id: event.id().map(str::to_owned),
        name: event.name().map(str::to_owned),
        sub_type: event.sub_type().map(str::to_owned),
        parent_id: event.parent_id().map(str::to_owned),
        detail: detail(event).unwrap_or_else(|| EventDetail::Other(serde_json::Map::new())),
    }
}

/// Each type of event has its details in a member of its own, and at most one is there; a start of a
/// context or a step may come without, because it has nothing to tell.
fn detail(event: &SdkEvent) -> Option<EventDetail> {
    of_execution(event)
        .or_else(|| of_step_or_context(event))
        .or_else(|| of_wait(event))
        .or_else(|| of_callback(event))
        .or_else(|| of_chained_invoke(event))
        .or_else(|| match event.event_type()?.as_str() {
            "ContextStarted" => Some(EventDetail::ContextStarted {}),
            "StepStarted" => Some(EventDetail::StepStarted {}),
            _ => None,
        })
}

fn of_execution(event: &SdkEvent) -> Option<EventDetail> {
    if let Some(details) = event.execution_started_details() {
        return Some(EventDetail::ExecutionStarted {
            input: input(details.input()),
            execution_timeout: seconds(Some(details.execution_timeout())).unwrap_or_default(),
        });
    }
    if let Some(details) = event.execution_succeeded_details() {
        let result = result(details.result());
        return Some(EventDetail::ExecutionSucceeded { result });
    }
    if let Some(details) = event.execution_failed_details() {
        let error = error(details.error());
        return Some(EventDetail::ExecutionFailed { error });
    }
    if let Some(details) = event.execution_timed_out_details() {
        let error = error(details.error());
        return Some(EventDetail::ExecutionTimedOut { error });
    }
    if let Some(details) = event.execution_stopped_details() {
        let error = error(details.error());
        return Some(EventDetail::ExecutionStopped { error });
    }
    let details = event.invocation_completed_details()?;
    Some(EventDetail::InvocationCompleted {
        start_timestamp: timestamp(details.start_timestamp()),
        end_timestamp: timestamp(details.end_timestamp()),
        request_id: details.request_id().to_owned(),
        error: details.error().map(|told| error(Some(told))),
    })
}

fn of_step_or_context(event: &SdkEvent) -> Option<EventDetail> {
    if let Some(details) = event.step_succeeded_details() {
        return Some(EventDetail::StepSucceeded {
            result: result(details.result()),
            retry_details: retry(details.retry_details()),
        });
    }
    if let Some(details) = event.step_failed_details() {
        return Some(EventDetail::StepFailed {
            error: error(details.error()),
            retry_details: retry(details.retry_details()),
        });
    }
    if let Some(details) = event.context_succeeded_details() {
        let result = result(details.result());
        return Some(EventDetail::ContextSucceeded { result });
    }
    let details = event.context_failed_details()?;
    let error = error(details.error());
    Some(EventDetail::ContextFailed { error })
}

fn of_wait(event: &SdkEvent) -> Option<EventDetail> {
    if let Some(details) = event.wait_started_details() {
        return Some(EventDetail::WaitStarted {
            duration: seconds(Some(details.duration())).unwrap_or_default(),
            scheduled_end_timestamp: timestamp(details.scheduled_end_timestamp()),
        });
    }
    if let Some(details) = event.wait_succeeded_details() {
        let duration = seconds(details.duration()).unwrap_or_default();
        return Some(EventDetail::WaitSucceeded { duration });
    }
    let details = event.wait_cancelled_details()?;
    let error = details.error().map(|told| error(Some(told)));
    Some(EventDetail::WaitCancelled { error })
}

fn of_callback(event: &SdkEvent) -> Option<EventDetail> {
    if let Some(details) = event.callback_started_details() {
        return Some(EventDetail::CallbackStarted {
            callback_id: details.callback_id().to_owned(),
            timeout: seconds(details.timeout()),
            heartbeat_timeout: seconds(details.heartbeat_timeout()),
        });
    }
    if let Some(details) = event.callback_succeeded_details() {
        let result = result(details.result());
        return Some(EventDetail::CallbackSucceeded { result });
    }
    if let Some(details) = event.callback_failed_details() {
        let error = error(details.error());
        return Some(EventDetail::CallbackFailed { error });
    }
    let details = event.callback_timed_out_details()?;
    let error = error(details.error());
    Some(EventDetail::CallbackTimedOut { error })
}

fn of_chained_invoke(event: &SdkEvent) -> Option<EventDetail> {
    if let Some(details) = event.chained_invoke_started_details() {
        return Some(EventDetail::ChainedInvokeStarted {
            function_name: details.function_name().to_owned(),
            tenant_id: details.tenant_id().map(str::to_owned),
            input: input(details.input()),
            executed_version: details.executed_version().map(str::to_owned),
            durable_execution_arn: details.durable_execution_arn().map(str::to_owned),
        });
    }
    if let Some(details) = event.chained_invoke_succeeded_details() {
        let result = result(details.result());
        return Some(EventDetail::ChainedInvokeSucceeded { result });
    }
    if let Some(details) = event.chained_invoke_failed_details() {
        let error = error(details.error());
        return Some(EventDetail::ChainedInvokeFailed { error });
    }
    if let Some(details) = event.chained_invoke_timed_out_details() {
        let error = error(details.error());
        return Some(EventDetail::ChainedInvokeTimedOut { error });
    }
    let details = event.chained_invoke_stopped_details()?;
    let error = error(details.error());
    Some(EventDetail::ChainedInvokeStopped { error })
}

fn timestamp(time: &DateTime) -> Timestamp {
    Timestamp::from_millis(time.to_millis().unwrap_or_default())
}

fn seconds(seconds: Option<i32>) -> Option<u64> {
    seconds.and_then(|seconds| u64::try_from(seconds).ok())
}

fn input(told: Option<&SdkInput>) -> EventText {
    EventPayload {
        payload: told.and_then(|told| told.payload()).map(str::to_owned),
        truncated: told.and_then(SdkInput::truncated).unwrap_or_default(),
    }
}

fn result(told: Option<&SdkResult>) -> EventText {
    EventPayload {
        payload: told.and_then(|told| told.payload()).map(str::to_owned),
        truncated: told.and_then(SdkResult::truncated).unwrap_or_default(),
    }
}

fn error(told: Option<&SdkEventError>) -> EventError {
    EventPayload {
        payload: told.and_then(|told| told.payload()).map(error_object),
        truncated: told.and_then(SdkEventError::truncated).unwrap_or_default(),
    }
}

/// Returns an error of the SDK's as the typed one.
pub(crate) fn error_object(error: &SdkError) -> ErrorObject {
    let trace = error.stack_trace();
    ErrorObject {
        error_message: error.error_message().map(str::to_owned),
        error_type: error.error_type().map(str::to_owned),
        error_data: error.error_data().map(str::to_owned),
        stack_trace: (!trace.is_empty()).then(|| trace.to_vec()),
    }
}

fn retry(told: Option<&SdkRetry>) -> RetryDetails {
    let attempt = told.map(SdkRetry::current_attempt).unwrap_or_default();
    RetryDetails {
        current_attempt: u32::try_from(attempt).unwrap_or_default(),
        next_attempt_delay_seconds: seconds(told.and_then(SdkRetry::next_attempt_delay_seconds)),
    }
}

#[cfg(test)]
mod tests;
