//! The careful way: a change set is made, shown, and then executed.

use std::time::Duration;

use aws_sdk_cloudformation::operation::describe_change_set::DescribeChangeSetOutput;
use aws_sdk_cloudformation::types::{
    Capability, Change, ChangeAction, ChangeSetStatus, ChangeSetType, Replacement, StackStatus,
};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::applier::Applier;
use super::request::Request;
use super::source::source;
use super::start::{Started, collides};
use super::triggers::triggers;
use super::watch::Watch;
use crate::aws::{Clients, Pace, code_of, failed, is_missing, message_of, until};
use crate::deploy::diagnose::{Operation, diagnose, failed_events};
use crate::error::{Error, Kind, Result};
use crate::hash::hexadecimal;
use crate::stack::{LiveStack, describe};

/// How the names of this program's change sets begin; whatever has another name is somebody else's.
pub const CHANGE_SETS: &str = "deployer-up-";

/// A change set takes seconds, and minutes where CloudFormation validates much.
const MADE_WITHIN: Duration = Duration::from_mins(15);

/// Deleting one takes a moment.
const DELETED_WITHIN: Duration = Duration::from_mins(2);

/// Makes a change set for the request and executes it; nothing is left of one that changes nothing.
pub(super) async fn apply<'a>(
    applier: &Applier<'a>,
    request: &Request,
    live: Option<&LiveStack>,
) -> Result<Started<'a>> {
    let clients = applier.clients;
    if let Some(live) = live {
        sweep(clients, &live.name).await?;
    }
    let name = format!(
        "{CHANGE_SETS}{}",
        hexadecimal(request.template.text().as_bytes())
            .get(..12)
            .unwrap_or_default()
    );
    let Some(arn) = create(clients, request, live, &name).await? else {
        return Ok(Started::Collision);
    };
    let made = made(clients, request, &arn).await;
    let prepared = match made {
        Ok(made) => judge(applier, request, made).await,
        Err(error) => Err(error),
    };
    if let Ok(true) = prepared {
        let stack = live.map_or(request.stack.as_str(), |live| live.id.as_str());
        let watch = Watch::from_now(clients, stack).await?;
        return execute(clients, request, &arn, watch).await;
    }
    let discarded = discard(clients, request, &arn, live.is_none()).await;
    // Why it is not executed is worth more than why it could not be removed.
    prepared?;
    discarded.map(|()| Started::Nothing)
}

/// Removes what earlier runs of `up` left.
async fn sweep(clients: &Clients, stack: &str) -> Result<()> {
    let mut pages = clients
        .cloudformation
        .list_change_sets()
        .stack_name(stack)
        .into_paginator()
        .send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(failed(format!(
            "the change sets of the stack `{stack}` could not be listed"
        )))?;
        for old in page.summaries() {
            if let (Some(name), Some(arn)) = (old.change_set_name(), old.change_set_id())
                && name.starts_with(CHANGE_SETS)
            {
                delete(clients, arn).await?;
            }
        }
    }
    Ok(())
}

async fn create(
    clients: &Clients,
    request: &Request,
    live: Option<&LiveStack>,
    name: &str,
) -> Result<Option<String>> {
    let source = source(clients, request).await?;
    let kind = match live {
        Some(live) if live.status != StackStatus::ReviewInProgress => ChangeSetType::Update,
        _ => ChangeSetType::Create,
    };
    let triggers = match live {
        Some(live) if kind == ChangeSetType::Update => triggers(clients, request, live).await?,
        _ => None,
    };
    let created = clients
        .cloudformation
        .create_change_set()
        .stack_name(&request.stack)
        .change_set_name(name)
        .change_set_type(kind)
        .set_rollback_configuration(triggers)
        .set_template_body(source.body)
        .set_template_url(source.url)
        .capabilities(Capability::CapabilityIam)
        .set_tags(Some(request.tags()))
        .set_role_arn(request.deployment.role.clone())
        .set_deployment_config(request.mode())
        .send()
        .await;
    match created {
        Ok(created) => Ok(Some(created.id().unwrap_or(name).to_owned())),
        Err(error) if collides(&error) => Ok(None),
        Err(error) => Err(failed(format!(
            "a change set for the stack `{}` could not be made",
            request.stack
        ))(error)),
    }
}

/// Waits until CloudFormation has made the change set, or failed to.
async fn made(clients: &Clients, request: &Request, arn: &str) -> Result<DescribeChangeSetOutput> {
    let pace = Pace::of(clients.endpoint.as_deref(), MADE_WITHIN).staggered(&request.stack);
    let made = until(pace, || async {
        let described = clients
            .cloudformation
            .describe_change_set()
            .change_set_name(arn)
            .send()
            .await
            .map_err(failed(format!(
                "the change set of the stack `{}` could not be read",
                request.stack
            )))?;
        Ok(match described.status() {
            Some(ChangeSetStatus::CreateComplete | ChangeSetStatus::Failed) => Some(described),
            _ => None,
        })
    })
    .await?;
    made.ok_or_else(|| {
        Error::new(
            Kind::Service,
            format!(
                "CloudFormation did not make the change set of the stack `{}`",
                request.stack
            ),
        )
        .hint("run the command again")
    })
}

/// Returns whether there is something to execute; a protected stage is asked first.
async fn judge(
    applier: &Applier<'_>,
    request: &Request,
    made: DescribeChangeSetOutput,
) -> Result<bool> {
    if made.status() == Some(&ChangeSetStatus::Failed) {
        let reason = made.status_reason().unwrap_or_default();
        // An empty change set is a failed one, so only the text tells.
        if reason.starts_with("The submitted information didn't contain changes")
            || reason.starts_with("No updates are to be performed")
        {
            return Ok(false);
        }
        let arn = made.change_set_id().unwrap_or_default();
        let failures = failed_events(applier.clients, Operation::ChangeSet(arn)).await;
        let error = Error::new(
            Kind::Deployment,
            format!(
                "CloudFormation refuses the change set of the stack `{}`; nothing was changed",
                request.stack
            ),
        );
        return Err(diagnose(&failures, &request.template, Some(reason))
            .explain(error, "mend the cause and run `deployer up` again"));
    }
    if request.protect && !request.approved {
        for line in made.changes().iter().filter_map(line) {
            applier.note(format!("`{}` will {line}", request.stack));
        }
        applier.ask(&format!("changing the stack `{}`", request.stack))?;
    }
    Ok(true)
}

fn line(change: &Change) -> Option<String> {
    let change = change.resource_change()?;
    let verb = match (change.action()?, change.replacement()) {
        (ChangeAction::Modify, Some(Replacement::True)) => "replace".to_owned(),
        (ChangeAction::Modify, Some(Replacement::Conditional)) => "perhaps replace".to_owned(),
        (action, _) => action.as_str().to_lowercase(),
    };
    Some(format!(
        "{verb} {} ({})",
        change.logical_resource_id()?,
        change.resource_type()?
    ))
}

async fn execute<'a>(
    clients: &Clients,
    request: &Request,
    arn: &str,
    watch: Watch<'a>,
) -> Result<Started<'a>> {
    let executed = clients
        .cloudformation
        .execute_change_set()
        .change_set_name(arn)
        .retain_except_on_create(true)
        .send()
        .await;
    match executed {
        Ok(_) => Ok(Started::Operation(watch)),
        // Somebody's operation began since; the change set is out of date with it.
        Err(error) if collides(&error) || code_of(&error) == Some("InvalidChangeSetStatus") => {
            Ok(Started::Collision)
        }
        Err(error) => Err(failed(format!(
            "the change set of the stack `{}` could not be executed",
            request.stack
        ))(error)),
    }
}

/// Removes a change set that is not executed, and the empty stack where it was made for it.
async fn discard(clients: &Clients, request: &Request, arn: &str, new: bool) -> Result<()> {
    delete(clients, arn).await?;
    if !new {
        return Ok(());
    }
    match describe(clients, &request.stack).await? {
        Some(live) if live.status == StackStatus::ReviewInProgress => {
            let call = clients.cloudformation.delete_stack().stack_name(&live.id);
            let call = call.set_role_arn(request.deployment.role.clone());
            call.send().await.map_err(failed(format!(
                "the empty stack `{}` could not be deleted",
                request.stack
            )))?;
            Watch::from_creation(clients, &live.id)
                .until_rest()
                .await
                .map(|_| ())
        }
        _ => Ok(()),
    }
}

/// Deletes a change set and waits until its name is free; one that is gone is deleted.
async fn delete(clients: &Clients, arn: &str) -> Result<()> {
    let what = || format!("the change set `{arn}` could not be deleted");
    let call = clients.cloudformation.delete_change_set();
    match call.change_set_name(arn).send().await {
        Ok(_) => {}
        Err(error) if is_gone(&error) => return Ok(()),
        Err(error) => return Err(failed(what())(error)),
    }
    let pace = Pace::of(clients.endpoint.as_deref(), DELETED_WITHIN);
    let gone = until(pace, || async {
        let call = clients.cloudformation.describe_change_set();
        match call.change_set_name(arn).send().await {
            Ok(left) if left.status() == Some(&ChangeSetStatus::DeleteComplete) => Ok(Some(())),
            Ok(_) => Ok(None),
            Err(error) if is_gone(&error) => Ok(Some(())),
            Err(error) => Err(failed(what())(error)),
        }
    })
    .await?;
    gone.ok_or_else(|| Error::new(Kind::Service, what()).hint("run the command again"))
}

fn is_gone<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    is_missing(error)
        || code_of(error) == Some("ChangeSetNotFound")
        || message_of(error).contains("does not exist")
}
