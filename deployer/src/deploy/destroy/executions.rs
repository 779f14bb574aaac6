//! The executions in flight of a durable function.

use aws_sdk_lambda::types::{ErrorObject, ExecutionStatus};
use futures::{StreamExt as _, TryStreamExt as _};

use crate::aws::{Clients, failed, is_missing, versions};
use crate::error::Result;

/// Lambda takes 300 stops a second; this many at a time stay well below.
const STOPS_AT_A_TIME: usize = 16;

/// Returns the ARNs of the running executions, on every version of the function.
pub(crate) async fn running(clients: &Clients, function: &str) -> Result<Vec<String>> {
    let mut arns = std::collections::BTreeSet::new();
    for qualifier in qualifiers(clients, function).await? {
        let mut pages = clients
            .lambda
            .list_durable_executions_by_function()
            .function_name(function)
            .qualifier(&qualifier)
            .statuses(ExecutionStatus::Running)
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(failed(format!(
                "the executions of `{function}` could not be listed"
            )))?;
            arns.extend(
                page.durable_executions()
                    .iter()
                    .map(|execution| execution.durable_execution_arn().to_owned()),
            );
        }
    }
    Ok(arns.into_iter().collect())
}

/// Stops every running execution and returns how many there were.
pub(super) async fn stop_all(clients: &Clients, function: &str) -> Result<usize> {
    let arns = running(clients, function).await?;
    let reason = ErrorObject::builder()
        .error_type("Destroyed")
        .error_message("the workflow was destroyed")
        .build();
    let stops = arns.iter().map(|arn| stop(clients, arn, reason.clone()));
    let stopped: Vec<bool> = futures::stream::iter(stops)
        .buffer_unordered(STOPS_AT_A_TIME)
        .try_collect()
        .await?;
    Ok(stopped.into_iter().filter(|stopped| *stopped).count())
}

async fn stop(clients: &Clients, arn: &str, reason: ErrorObject) -> Result<bool> {
    match clients
        .lambda
        .stop_durable_execution()
        .durable_execution_arn(arn)
        .error(reason)
        .send()
        .await
    {
        Ok(_) => Ok(true),
        // It ended by itself in the meantime.
        Err(error) if is_missing(&error) => Ok(false),
        Err(error) => Err(failed(format!(
            "the execution `{arn}` could not be stopped"
        ))(error)),
    }
}

async fn qualifiers(clients: &Clients, function: &str) -> Result<Vec<String>> {
    let versions = versions(clients, function).await?;
    Ok(versions
        .into_iter()
        .filter_map(|version| version.version)
        .collect())
}
