//! Executions that go on, or will once somebody resumes them.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_lambda::types::Execution;
use aws_smithy_types::DateTime;
use durable_history::ExecutionArn;
use serde::Serialize;

use super::clients::Clients;
use super::executions::{Executions, UNFINISHED};
use super::listing::versions;
use crate::error::Result;

/// After so many executions nobody counts on: an account may have a million.
const MOST_COUNTED: usize = 10_000;
/// What stands for a function without a version.
const LATEST: &str = "$LATEST";

/// How many executions of a function are unfinished.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Unfinished {
    /// By the version that they are pinned to.
    pub by_version: BTreeMap<String, usize>,
    /// When the first of each version started.
    #[serde(skip)]
    pub oldest: BTreeMap<String, DateTime>,
    /// Whether these are all; else there are more than could be counted in good time.
    pub is_complete: bool,
}

impl Unfinished {
    /// Returns how many were counted.
    pub fn total(&self) -> usize {
        self.by_version.values().sum()
    }
}

/// Counts the unfinished executions of a function, up to a little more than 10,000.
///
/// The service's model says that a list without a qualifier has the executions of all versions; an older
/// page, that it has those of `$LATEST` only. One of a version shows which it is; without one every version
/// is asked.
pub async fn count_unfinished(clients: &Clients, function: &str) -> Result<Unfinished> {
    let mut unfinished = Unfinished {
        is_complete: true,
        ..Unfinished::default()
    };
    count(Executions::of(clients, function), &mut unfinished).await?;
    let has_versions = |unfinished: &Unfinished| {
        unfinished
            .by_version
            .keys()
            .any(|version| version != LATEST)
    };
    if has_versions(&unfinished) || !unfinished.is_complete {
        return Ok(unfinished);
    }
    for version in versions(clients, function).await? {
        let version = version.version.filter(|version| version != LATEST);
        if let (Some(version), true) = (version, unfinished.is_complete) {
            let executions = Executions::of(clients, function).of_version(version);
            count(executions, &mut unfinished).await?;
        }
    }
    Ok(unfinished)
}

async fn count(executions: Executions<'_>, unfinished: &mut Unfinished) -> Result<()> {
    let mut executions = executions.unfinished();
    while let Some(page) = executions.next().await? {
        for execution in page {
            let arn = ExecutionArn::parse(execution.durable_execution_arn());
            let version = arn.map_or(LATEST, |arn| arn.version).to_owned();
            let start = *execution.start_timestamp();
            let oldest = unfinished.oldest.entry(version.clone()).or_insert(start);
            *oldest = start.min(*oldest);
            *unfinished.by_version.entry(version).or_default() += 1;
        }
        if unfinished.total() > MOST_COUNTED {
            unfinished.is_complete = false;
            return Ok(());
        }
    }
    Ok(())
}

/// Returns the ARNs of the unfinished executions, on every version of the function.
pub async fn unfinished_executions(clients: &Clients, function: &str) -> Result<Vec<String>> {
    let unfinished = executions_in(clients, function, &UNFINISHED)
        .await?
        .into_iter();
    let arns: BTreeSet<String> = unfinished
        .map(|execution| execution.durable_execution_arn)
        .collect();
    Ok(arns.into_iter().collect())
}

/// Returns the executions that have one of these statuses, on every version of the function.
pub async fn executions_in(
    clients: &Clients,
    function: &str,
    statuses: &[&str],
) -> Result<Vec<Execution>> {
    let statuses: Vec<String> = statuses.iter().map(|status| (*status).to_owned()).collect();
    let mut found = Vec::new();
    for version in versions(clients, function).await? {
        if let Some(version) = version.version {
            let executions = Executions::of(clients, function).of_version(version);
            found.extend(executions.of_statuses(&statuses).all().await?);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
