//! Creates or updates one stack.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::types::{Capability, Tag};

use super::remove::remove_remains;
use super::stack::{LiveStack, describe};
use super::standing::{Standing, standing};
use super::watch::Watch;
use crate::aws::{Clients, code_of, failed, message_of};
use crate::config::App;
use crate::error::{Error, Kind, Result};
use crate::event::{Event, Reporter};
use crate::link::Template;

/// What a stack is to be.
#[derive(Debug, Clone)]
pub struct Request {
    /// The workflow, or `artifacts`.
    pub workflow: String,
    /// The stack's name.
    pub stack: String,
    /// Its template.
    pub template: Template,
    /// Its tags, which its resources inherit.
    pub tags: BTreeMap<String, String>,
    /// Whether it is protected from deletion.
    pub protect: bool,
}

impl Request {
    /// Returns the request for a stack of the application, tagged as ours.
    pub fn new(app: &App, workflow: &str, stack: String, template: Template) -> Self {
        let mut tags = app.stage.tags.clone();
        tags.insert(
            "deployer:application".to_owned(),
            app.application.name.clone(),
        );
        tags.insert("deployer:stage".to_owned(), app.stage_name.clone());
        tags.insert("deployer:workflow".to_owned(), workflow.to_owned());
        Self {
            workflow: workflow.to_owned(),
            stack,
            template,
            tags,
            protect: app.stage.protect,
        }
    }
}

/// What became of a stack.
#[derive(Debug, Clone)]
pub struct Applied {
    /// The workflow, or `artifacts`.
    pub workflow: String,
    /// The stack's name.
    pub stack: String,
    /// `created`, `updated` or `unchanged`.
    pub action: &'static str,
    /// Its outputs.
    pub outputs: BTreeMap<String, String>,
}

/// Returns, for each request, the stack where it is already as it is to be; two calls a stack.
pub async fn current(clients: &Clients, requests: &[Request]) -> Result<Vec<Option<Applied>>> {
    futures::future::try_join_all(requests.iter().map(|request| async {
        let Some(live) = describe(clients, &request.stack).await? else {
            return Ok(None);
        };
        let whole =
            standing(Some(&live.status)) == Standing::Ready && live.protected == request.protect;
        Ok(if whole && is_current(clients, request, &live).await? {
            Some(applied(request, "unchanged", &live))
        } else {
            None
        })
    }))
    .await
}

/// Brings the stack to the wanted state.
///
/// # Errors
///
/// The first real cause that CloudFormation gives, and every state that needs a decision.
pub async fn deploy(
    clients: &Clients,
    request: &Request,
    reporter: &dyn Reporter,
) -> Result<Applied> {
    // Each way out of a bad state leads to a better one, so a few rounds are enough.
    for _ in 0..6 {
        let live = describe(clients, &request.stack).await?;
        match (standing(live.as_ref().map(|live| &live.status)), live) {
            (Standing::Absent, _) | (_, None) => {
                let watch = create(clients, request).await?;
                return settle(watch, request, "created", reporter).await;
            }
            (Standing::Ready, Some(live)) => {
                protect(clients, request, &live, reporter).await?;
                if is_current(clients, request, &live).await? {
                    return Ok(applied(request, "unchanged", &live));
                }
                return match update(clients, request, &live).await? {
                    Some(watch) => settle(watch, request, "updated", reporter).await,
                    None => Ok(applied(request, "unchanged", &live)),
                };
            }
            (Standing::Busy, Some(live)) => {
                reporter.report(&Event::Note {
                    text: format!(
                        "the stack `{}` is in {}: watching it to its end first",
                        live.name, live.status
                    ),
                });
                Watch::from_now(clients, &live.id)
                    .await?
                    .follow(reporter)
                    .await?;
            }
            (Standing::NeverCompleted, Some(live)) => {
                reporter.report(&Event::Warning {
                    text: format!(
                        "the stack `{}` is in {} from an earlier try: deleting its remains",
                        live.name, live.status
                    ),
                });
                remove_remains(clients, &live, reporter).await?;
            }
            (Standing::HalfUpdated, Some(live)) => {
                reporter.report(&Event::Warning {
                    text: format!(
                        "the stack `{}` is in {}: rolling it back",
                        live.name, live.status
                    ),
                });
                let mut watch = Watch::from_now(clients, &live.id).await?;
                let call = clients
                    .cloudformation
                    .rollback_stack()
                    .stack_name(&live.name)
                    .retain_except_on_create(true);
                call.send().await.map_err(failed(format!(
                    "the stack `{}` could not be rolled back",
                    live.name
                )))?;
                watch.follow(reporter).await?;
            }
            (Standing::HalfRolledBack, Some(live)) => {
                reporter.report(&Event::Warning {
                    text: format!(
                        "the stack `{}` is in {}: going on with its rollback",
                        live.name, live.status
                    ),
                });
                let mut watch = Watch::from_now(clients, &live.id).await?;
                let call = clients
                    .cloudformation
                    .continue_update_rollback()
                    .stack_name(&live.name);
                call.send().await.map_err(failed(format!(
                    "the rollback of the stack `{}` could not go on",
                    live.name
                )))?;
                watch.follow(reporter).await?;
            }
            (Standing::HalfDeleted, Some(live)) => {
                return Err(Error::new(
                    Kind::WrongState,
                    format!("the stack `{}` is in {}", live.name, live.status),
                )
                .hint("run `deployer destroy` to end its deletion, then `deployer up`"));
            }
        }
    }
    Err(Error::new(
        Kind::Deployment,
        format!(
            "the stack `{}` does not come to a state that can be updated",
            request.stack
        ),
    )
    .hint("look at its events in the CloudFormation console"))
}

async fn is_current(clients: &Clients, request: &Request, live: &LiveStack) -> Result<bool> {
    if live.tags != request.tags {
        return Ok(false);
    }
    let template = clients
        .cloudformation
        .get_template()
        .stack_name(&request.stack)
        .send()
        .await
        .map_err(failed(format!(
            "the template of the stack `{}` could not be read",
            request.stack
        )))?;
    Ok(template.template_body() == Some(request.template.text().as_str()))
}

async fn create<'a>(clients: &'a Clients, request: &Request) -> Result<Watch<'a>> {
    let created = clients
        .cloudformation
        .create_stack()
        .stack_name(&request.stack)
        .template_body(request.template.text())
        .capabilities(Capability::CapabilityIam)
        .set_tags(Some(tags(request)))
        .enable_termination_protection(request.protect)
        .retain_except_on_create(true)
        .send()
        .await
        .map_err(failed(format!(
            "the stack `{}` could not be created",
            request.stack
        )))?;
    Ok(Watch::from_creation(
        clients,
        created.stack_id().unwrap_or(&request.stack),
    ))
}

/// Starts an update; nothing where CloudFormation finds nothing to do.
async fn update<'a>(
    clients: &'a Clients,
    request: &Request,
    live: &LiveStack,
) -> Result<Option<Watch<'a>>> {
    let watch = Watch::from_now(clients, &live.id).await?;
    let updated = clients
        .cloudformation
        .update_stack()
        .stack_name(&request.stack)
        .template_body(request.template.text())
        .capabilities(Capability::CapabilityIam)
        .set_tags(Some(tags(request)))
        .retain_except_on_create(true)
        .send()
        .await;
    match updated {
        Ok(_) => Ok(Some(watch)),
        // CloudFormation reports an empty update as a ValidationError, so only the text tells.
        Err(error)
            if code_of(&error) == Some("ValidationError")
                && message_of(&error).contains("No updates are to be performed") =>
        {
            Ok(None)
        }
        Err(error) => Err(failed(format!(
            "the stack `{}` could not be updated",
            request.stack
        ))(error)),
    }
}

async fn protect(
    clients: &Clients,
    request: &Request,
    live: &LiveStack,
    reporter: &dyn Reporter,
) -> Result<()> {
    if live.protected == request.protect {
        return Ok(());
    }
    clients
        .cloudformation
        .update_termination_protection()
        .stack_name(&request.stack)
        .enable_termination_protection(request.protect)
        .send()
        .await
        .map_err(failed(format!(
            "the protection of the stack `{}` could not be changed",
            request.stack
        )))?;
    let state = if request.protect { "on" } else { "off" };
    reporter.report(&Event::Note {
        text: format!(
            "termination protection of `{}` is now {state}",
            request.stack
        ),
    });
    Ok(())
}

async fn settle(
    mut watch: Watch<'_>,
    request: &Request,
    action: &'static str,
    reporter: &dyn Reporter,
) -> Result<Applied> {
    let live = watch.follow(reporter).await?;
    match live {
        Some(live)
            if live.status.as_str() == "CREATE_COMPLETE"
                || live.status.as_str() == "UPDATE_COMPLETE" =>
        {
            Ok(applied(request, action, &live))
        }
        other => {
            let status = other.as_ref().map_or("gone", |live| live.status.as_str());
            let error = Error::new(
                Kind::Deployment,
                format!(
                    "the stack `{}` was not {action}: it is {status}",
                    request.stack
                ),
            );
            let reason = watch
                .first_cause()
                .map(str::to_owned)
                .or_else(|| other.and_then(|live| live.reason));
            let error = match reason {
                Some(reason) => error.caused_by(reason),
                None => error,
            };
            Err(error.hint("mend the cause and run `deployer up` again: it goes on from here"))
        }
    }
}

fn applied(request: &Request, action: &'static str, live: &LiveStack) -> Applied {
    Applied {
        workflow: request.workflow.clone(),
        stack: request.stack.clone(),
        action,
        outputs: live.outputs.clone(),
    }
}

fn tags(request: &Request) -> Vec<Tag> {
    request
        .tags
        .iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect()
}
