//! The ways out of the states that an earlier try can leave a stack in.

use super::applier::Applier;
use super::remove::{Removed, remove_remains};
use super::request::Request;
use super::watch::Watch;
use crate::aws::{Clients, code_of, failed};
use crate::deploy::diagnose::{ResourceFailure, diagnose};
use crate::error::{Error, Kind, Result};
use crate::event::Event;
use crate::resources::{Holds, holds};
use crate::stack::{LiveStack, Resource, resources};

/// How far the ways out have been tried; each leads further than the one before.
#[derive(Debug, Default)]
pub(super) struct Tried {
    pub(super) rollback: bool,
    continued: bool,
    skipped: Vec<String>,
    forced: bool,
}

/// Deletes what is left of a stack that never came to be; where it holds data, only with consent.
pub(super) async fn clear(applier: &Applier<'_>, live: &LiveStack) -> Result<()> {
    let data: Vec<String> = resources(applier.clients, &live.id)
        .await?
        .iter()
        .filter(|resource| {
            resource.goes_with_its_stack() && holds(&resource.kind) == Some(Holds::Data)
        })
        .map(Resource::to_string)
        .collect();
    warn(applier, live, "deleting what is left of an earlier try");
    if !data.is_empty() {
        applier.ask(&format!(
            "deleting the stack `{}` in {}, and with it {},",
            live.name,
            live.status,
            data.join(", ")
        ))?;
    }
    let removed = remove_remains(applier, live).await?;
    tell_skipped(applier, live).await?;
    match removed {
        Removed::Whole => Ok(()),
        Removed::But(kept) => {
            applier.warn(format!(
                "left behind, outside of any stack: {}",
                kept.join(", ")
            ));
            Ok(())
        }
    }
}

/// Tells of what a deletion skipped: it is in the account, outside of any stack, and the next creation
/// makes another one.
async fn tell_skipped(applier: &Applier<'_>, live: &LiveStack) -> Result<()> {
    for resource in resources(applier.clients, &live.id).await? {
        if resource.status == "DELETE_SKIPPED"
            && let Some(id) = resource.physical_id
        {
            applier.reporter.report(&Event::LeftBehind {
                stack: live.name.clone(),
                resource: resource.logical_id,
                resource_type: resource.kind,
                id,
                remedy: "delete it in its service, once its deletion protection is off, or import it \
                         into a stack",
            });
        }
    }
    Ok(())
}

/// Rolls an update back that stopped half-way. Where CloudFormation does not, the next update goes on from here.
pub(super) async fn roll_back(
    applier: &Applier<'_>,
    live: &LiveStack,
    tried: &mut Tried,
) -> Result<()> {
    let Applier {
        clients, reporter, ..
    } = *applier;
    warn(applier, live, "rolling it back");
    tried.rollback = true;
    let mut watch = Watch::from_now(clients, &live.id).await?;
    let call = clients
        .cloudformation
        .rollback_stack()
        .stack_name(&live.name)
        .set_role_arn(applier.role.map(str::to_owned))
        .retain_except_on_create(true);
    match call.send().await {
        Ok(_) => watch.follow(reporter).await.map(|_| ()),
        // After an update in Express mode by another tool there is nothing to roll back to.
        Err(error) if code_of(&error) == Some("ValidationError") => {
            warn(
                applier,
                live,
                "it cannot be rolled back: updating it from where it is",
            );
            Ok(())
        }
        Err(error) => Err(failed(format!(
            "the stack `{}` could not be rolled back",
            live.name
        ))(error)),
    }
}

/// Goes on with a rollback that failed: as it is; then without the resources that stop it, named;
/// then by force, with consent.
pub(super) async fn continue_rollback(
    applier: &Applier<'_>,
    request: &Request,
    live: &LiveStack,
    tried: &mut Tried,
) -> Result<()> {
    let Applier {
        clients, reporter, ..
    } = *applier;
    let failing = Watch::rollback_failures(clients, &live.id).await?;
    let call = clients
        .cloudformation
        .continue_update_rollback()
        .stack_name(&live.name)
        .set_role_arn(applier.role.map(str::to_owned));
    let new = failing
        .iter()
        .any(|failure| !tried.skipped.contains(&failure.resource));
    let call = if !tried.continued {
        warn(applier, live, "going on with its rollback");
        call
    } else if new {
        let names: Vec<String> = failing.iter().map(ResourceFailure::to_string).collect();
        let text = format!(
            "going on with its rollback and leaving as it is {}",
            names.join(", ")
        );
        warn(applier, live, &text);
        let ids: Vec<String> = failing
            .into_iter()
            .map(|failure| failure.resource)
            .collect();
        tried.skipped.extend(ids.iter().cloned());
        call.set_resources_to_skip(Some(ids))
    } else if !tried.forced {
        applier.ask(&format!(
            "ending the rollback of the stack `{}` by force, whatever state its resources are in,",
            live.name
        ))?;
        warn(applier, live, "ending its rollback by force");
        tried.forced = true;
        call.force_rollback(true)
    } else {
        return Err(stuck(clients, request, live).await?);
    };
    tried.continued = true;
    let mut watch = Watch::from_now(clients, &live.id).await?;
    call.send().await.map_err(failed(format!(
        "the rollback of the stack `{}` could not go on",
        live.name
    )))?;
    watch.follow(reporter).await.map(|_| ())
}

async fn stuck(clients: &Clients, request: &Request, live: &LiveStack) -> Result<Error> {
    let mut watch = Watch::from_attempt(clients, &live.id).await?;
    watch.until_rest().await?;
    let error = Error::new(
        Kind::Deployment,
        format!("the rollback of the stack `{}` does not end", live.name),
    );
    let failures = watch.failures().await;
    Ok(
        diagnose(&failures, &request.template, live.reason.as_deref()).explain(
            error,
            "mend the resource in its service's console, then run `deployer up` again",
        ),
    )
}

fn warn(applier: &Applier<'_>, live: &LiveStack, what: &str) {
    applier.warn(format!(
        "the stack `{}` is in {}: {what}",
        live.name, live.status
    ));
}
