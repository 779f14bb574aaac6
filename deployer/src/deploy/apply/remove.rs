//! Deletes a stack and watches it go.

use aws_sdk_cloudformation::types::{DeletionMode, StackStatus};

use super::applier::Applier;
use super::watch::Watch;
use crate::aws::{Clients, failed};
use crate::deploy::diagnose::diagnose;
use crate::deploy::link::Template;
use crate::error::{Error, Kind, Result};
use crate::stack::{LiveStack, Resource, Standing, describe, resources, set_protection, standing};

/// What became of a stack that was to be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Removed {
    /// Nothing of it is left.
    Whole,
    /// The stack is gone, but these of its resources are still there.
    But(Vec<String>),
}

/// How a deletion is asked for; each means less than the one before.
enum Way {
    /// As it is.
    Plain,
    /// The resources that could not be deleted stay, by name.
    Retain(Vec<String>),
    /// CloudFormation forgets whatever it cannot delete.
    Force,
}

/// Deletes a stack, protected or not; one that is busy is watched to its end first. Nothing where there was none.
pub async fn remove(applier: &Applier<'_>, stack: &str) -> Result<Option<Removed>> {
    let Applier {
        clients, reporter, ..
    } = *applier;
    let Some(mut live) = describe(clients, stack).await? else {
        return Ok(None);
    };
    if standing(Some(&live.status)) == Standing::Busy
        && live.status != StackStatus::DeleteInProgress
    {
        match Watch::from_attempt(clients, &live.id)
            .await?
            .follow(reporter)
            .await?
        {
            Some(rested) => live = rested,
            None => return Ok(None),
        }
    }
    remove_remains(applier, &live).await.map(Some)
}

/// Deletes a stack that is at rest, or watches a deletion under way.
///
/// Where something cannot be deleted, the stack is deleted without it, if the user agrees.
pub(super) async fn remove_remains(applier: &Applier<'_>, live: &LiveStack) -> Result<Removed> {
    let clients = applier.clients;
    if delete(applier, live, &Way::Plain).await?.is_none() {
        return Ok(Removed::Whole);
    }
    let failing: Vec<Resource> = failing(clients, live).await?;
    let names: Vec<String> = failing.iter().map(Resource::to_string).collect();
    let error = undeleted(clients, live).await?;
    let what = format!(
        "deleting the stack `{}` without {}, which stays,",
        live.name,
        names.join(", ")
    );
    if let Err(refusal) = applier.ask(&what) {
        // What stands in the way is worth more to the user than the question.
        return Err(match error.causes().first() {
            Some(cause) => refusal.detail(format!("{error}: {cause}")),
            None => refusal,
        });
    }
    applier.warn(format!(
        "the stack `{}` is deleted without {}",
        live.name,
        names.join(", ")
    ));
    let ids = failing.iter().map(|resource| resource.logical_id.clone());
    let retain = Way::Retain(ids.collect());
    if delete(applier, live, &retain).await?.is_none() {
        return Ok(Removed::But(names));
    }
    if delete(applier, live, &Way::Force).await?.is_none() {
        return Ok(Removed::But(names));
    }
    Err(undeleted(clients, live).await?)
}

/// Deletes and watches; returns the stack where it is still there.
async fn delete(applier: &Applier<'_>, live: &LiveStack, way: &Way) -> Result<Option<LiveStack>> {
    let Applier {
        clients,
        reporter,
        role,
        ..
    } = *applier;
    let mut watch = Watch::from_now(clients, &live.id).await?;
    let under_way = live.status == StackStatus::DeleteInProgress && matches!(way, Way::Plain);
    if !under_way {
        let call = clients.cloudformation.delete_stack().stack_name(&live.id);
        let call = call.set_role_arn(role.map(str::to_owned));
        let call = match way {
            Way::Plain => call,
            Way::Retain(ids) => call.set_retain_resources(Some(ids.clone())),
            Way::Force => call.deletion_mode(DeletionMode::ForceDeleteStack),
        };
        // The protection goes at the last moment, and comes back where the deletion is refused: it
        // guards the stack, and tells `up` of a `destroy` that did not come to its end.
        let guarded = live.protected && matches!(way, Way::Plain);
        if guarded {
            set_protection(clients, &live.id, false).await?;
        }
        if let Err(error) = call.send().await {
            if guarded {
                // The refusal is worth more than a second one.
                let _ = set_protection(clients, &live.id, true).await;
            }
            let what = format!("the stack `{}` could not be deleted", live.name);
            return Err(failed(what)(error));
        }
    }
    let rest = watch.follow(reporter).await?;
    Ok(rest.filter(|rest| rest.status != StackStatus::DeleteComplete))
}

async fn failing(clients: &Clients, live: &LiveStack) -> Result<Vec<Resource>> {
    let all = resources(clients, &live.id).await?;
    Ok(all
        .into_iter()
        .filter(|resource| resource.status == "DELETE_FAILED")
        .collect())
}

async fn undeleted(clients: &Clients, live: &LiveStack) -> Result<Error> {
    let mut watch = Watch::from_attempt(clients, &live.id).await?;
    let rest = watch.until_rest().await?;
    let status = rest.as_ref().map_or("gone", |rest| rest.status.as_str());
    let error = Error::new(
        Kind::Deployment,
        format!("the stack `{}` was not deleted: it is {status}", live.name),
    );
    let reason = rest.as_ref().and_then(|rest| rest.reason.as_deref());
    let failures = watch.failures().await;
    Ok(diagnose(&failures, &Template::default(), reason).explain(
        error,
        "remove what stands in the way, then run the command again",
    ))
}
