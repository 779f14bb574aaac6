//! What the versions of a workflow's functions are needed for.

use aws_sdk_cloudformation::types::ExecutionStatus as ChangeSetStatus;
use serde::Serialize;

use super::judge::{Judged, Known, judge};
use crate::aws::{Clients, Executions, failed, versions};
use crate::config::App;
use crate::error::{Error, Kind, Result};
use crate::operate::aliased::aliased;
use crate::resources::{FUNCTION, VERSION};
use crate::stack::{LiveStack, Resource, Standing, describe, resources, standing};

/// A function with its versions, and what becomes of each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FunctionVersions {
    /// The workflow.
    pub workflow: String,
    /// The function's name at Lambda.
    pub function: String,
    /// Whether executions run on it.
    #[serde(skip)]
    pub(super) is_durable: bool,
    /// Its versions, the newest first.
    pub versions: Vec<Judged>,
}

/// Looks at all functions of the workflows that are deployed.
///
/// # Errors
///
/// A stack that is not whole, or for which a change is prepared: an older version may be wanted again.
pub async fn survey(
    app: &App,
    clients: &Clients,
    workflows: &[String],
    keep: usize,
) -> Result<Vec<FunctionVersions>> {
    let mut all = Vec::new();
    for workflow in workflows {
        let Some(live) = describe(clients, &app.stack_name(workflow)).await? else {
            continue;
        };
        check(clients, &live).await?;
        let resources = resources(clients, &live.name).await?;
        for function in physical(&resources, FUNCTION) {
            let is_orchestrator = live.outputs.orchestrator() == Some(function);
            let (is_durable, known) = look(clients, function, is_orchestrator, &resources).await?;
            all.push(FunctionVersions {
                workflow: workflow.clone(),
                function: function.to_owned(),
                is_durable,
                versions: judge(&known, keep),
            });
        }
    }
    Ok(all)
}

/// Refuses a stack that may go back to what it was, or on to what somebody prepared.
pub(super) async fn check(clients: &Clients, live: &LiveStack) -> Result<()> {
    let name = &live.name;
    if standing(Some(&live.status)) != Standing::Ready {
        let what = format!(
            "the stack `{name}` is {}, and may want any version again",
            live.status
        );
        return Err(Error::new(Kind::WrongState, what)
            .hint("run `deployer up`, which ends what was begun, and prune after it"));
    }
    let prepared = clients
        .cloudformation
        .list_change_sets()
        .stack_name(name)
        .into_paginator()
        .items()
        .send()
        .try_collect()
        .await
        .map_err(failed(format!(
            "the change sets of the stack `{name}` could not be listed"
        )))?;
    let waits = [
        ChangeSetStatus::Available,
        ChangeSetStatus::ExecuteInProgress,
    ];
    let open = prepared.iter().find(|set| {
        let status = set.execution_status();
        let being_made = set.status().is_some_and(|status| {
            status.as_str().starts_with("CREATE_") && status.as_str() != "CREATE_COMPLETE"
        });
        being_made || status.is_some_and(|status| waits.contains(status))
    });
    match open {
        Some(set) => {
            let set = set.change_set_name().unwrap_or_default();
            let what = format!("the change set `{set}` of the stack `{name}` is not executed yet");
            Err(Error::new(Kind::WrongState, what)
                .hint("execute it or delete it, and prune after it"))
        }
        None => Ok(()),
    }
}

fn physical<'a>(resources: &'a [Resource], kind: &'a str) -> impl Iterator<Item = &'a str> {
    let own = resources
        .iter()
        .filter(move |resource| resource.kind == kind && resource.goes_with_its_stack());
    own.filter_map(|resource| resource.physical_id.as_deref())
}

/// Returns whether executions run on a function, and what is known of its versions.
pub(super) async fn look(
    clients: &Clients,
    function: &str,
    is_orchestrator: bool,
    resources: &[Resource],
) -> Result<(bool, Known)> {
    let mut known = Known::default();
    let mut is_durable = is_orchestrator;
    for version in versions(clients, function).await? {
        is_durable |= version.durable_config().is_some();
        known.versions.extend(number(version.version()));
    }
    let aliased = aliased(clients, function).await?;
    known.aliased = aliased
        .iter()
        .filter_map(|version| number(Some(version)))
        .collect();
    known.in_stack = physical(resources, VERSION)
        .filter_map(|arn| arn.rsplit_once(':'))
        .filter(|(unqualified, _)| unqualified.rsplit(':').next() == Some(function))
        .filter_map(|(_, version)| number(Some(version)))
        .collect();
    if is_durable {
        for version in known.versions.difference(&known.aliased) {
            let count = unfinished(clients, function, *version).await;
            known
                .unfinished
                .insert(*version, count.map_err(|error| error.in_a_line()));
        }
    }
    Ok((is_durable, known))
}

/// `$LATEST` has no number, and is no version that could go.
fn number(version: Option<&str>) -> Option<u64> {
    version?.parse().ok()
}

/// Returns how many executions on a version are unfinished: more than a page of them is said as a page.
pub(super) async fn unfinished(clients: &Clients, function: &str, version: u64) -> Result<usize> {
    let executions = Executions::of(clients, function).of_version(version.to_string());
    let mut executions = executions.unfinished();
    while let Some(page) = executions.next().await? {
        if !page.is_empty() {
            return Ok(page.len());
        }
    }
    Ok(0)
}
