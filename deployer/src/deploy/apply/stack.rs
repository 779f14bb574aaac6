//! A stack as it is.

use std::collections::BTreeMap;
use std::fmt;

use aws_sdk_cloudformation::types::StackStatus;
use aws_smithy_types::date_time::Format;
use serde_json::Value;

use crate::aws::{Clients, code_of, failed, message_of};
use crate::config::App;
use crate::error::{Error, Kind, Result};

/// A stack as it is.
#[derive(Debug, Clone)]
pub struct LiveStack {
    /// The name.
    pub name: String,
    /// The unique id; a stack created anew under the same name has another.
    pub id: String,
    /// The state.
    pub status: StackStatus,
    /// Why it is in that state, where CloudFormation says so.
    pub reason: Option<String>,
    /// When CloudFormation last began to change it, as RFC 3339 writes times.
    pub changed_at: Option<String>,
    /// The outputs.
    pub outputs: BTreeMap<String, String>,
    /// The tags.
    pub tags: BTreeMap<String, String>,
    /// Whether termination protection is on.
    pub protected: bool,
}

/// Returns the stack, if there is one. `name` may be an id; then a deleted one is found too.
pub async fn describe(clients: &Clients, name: &str) -> Result<Option<LiveStack>> {
    let described = match clients
        .cloudformation
        .describe_stacks()
        .stack_name(name)
        .send()
        .await
    {
        Ok(described) => described,
        // CloudFormation reports a missing stack as a ValidationError, so only the text tells.
        Err(error)
            if code_of(&error) == Some("ValidationError")
                && message_of(&error).contains("does not exist") =>
        {
            return Ok(None);
        }
        Err(error) => {
            return Err(failed(format!("the stack `{name}` could not be read"))(
                error,
            ));
        }
    };
    Ok(described.stacks().first().map(|stack| LiveStack {
        name: stack.stack_name().unwrap_or(name).to_owned(),
        id: stack.stack_id().unwrap_or(name).to_owned(),
        status: stack
            .stack_status()
            .cloned()
            .unwrap_or_else(|| StackStatus::from("UNKNOWN")),
        reason: stack.stack_status_reason().map(str::to_owned),
        changed_at: stack
            .last_updated_time()
            .or(stack.creation_time())
            .and_then(|time| time.fmt(Format::DateTime).ok()),
        outputs: stack
            .outputs()
            .iter()
            .filter_map(|output| {
                Some((
                    output.output_key()?.to_owned(),
                    output.output_value()?.to_owned(),
                ))
            })
            .collect(),
        tags: stack
            .tags()
            .iter()
            .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value()?.to_owned())))
            .collect(),
        protected: stack.enable_termination_protection().unwrap_or_default(),
    }))
}

/// Returns the stacks whose names are those of the stage, in the order of their names.
pub async fn stage_stacks(app: &App, clients: &Clients) -> Result<Vec<String>> {
    let prefix = app.stack_name("");
    let mut names = Vec::new();
    let mut pages = clients
        .cloudformation
        .describe_stacks()
        .into_paginator()
        .send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(failed("the stacks could not be listed"))?;
        let found = page.stacks().iter().filter_map(|stack| stack.stack_name());
        names.extend(
            found
                .filter(|name| name.starts_with(&prefix))
                .map(str::to_owned),
        );
    }
    names.sort();
    Ok(names)
}

/// Returns the workflows that have a stack of the stage, and that the configuration no longer has.
pub async fn unconfigured_workflows(app: &App, clients: &Clients) -> Result<Vec<String>> {
    let prefix = app.stack_name("");
    let mut workflows = Vec::new();
    for stack in stage_stacks(app, clients).await? {
        let workflow = stack.strip_prefix(&prefix).unwrap_or_default();
        if stack == app.artifact_stack_name() || app.application.workflows.contains_key(workflow) {
            continue;
        }
        // Another stage's name may begin with this one's, so only the tags tell whose it is.
        let tags = describe(clients, &stack).await?.map(|live| live.tags);
        let is = |tag: &str, value: &str| {
            tags.as_ref()
                .and_then(|tags| tags.get(tag))
                .is_some_and(|found| found == value)
        };
        if is("deployer:application", &app.application.name)
            && is("deployer:stage", &app.stage_name)
        {
            workflows.push(workflow.to_owned());
        }
    }
    Ok(workflows)
}

/// Returns the text of the template that a stack was last brought to.
pub(super) async fn deployed_text(clients: &Clients, stack: &str) -> Result<String> {
    let template = clients
        .cloudformation
        .get_template()
        .stack_name(stack)
        .send()
        .await
        .map_err(failed(format!(
            "the template of the stack `{stack}` could not be read"
        )))?;
    Ok(template.template_body.unwrap_or_default())
}

/// Returns the template that a stack was last brought to.
pub async fn deployed_template(clients: &Clients, stack: &str) -> Result<Value> {
    let text = deployed_text(clients, stack).await?;
    serde_json::from_str(&text).map_err(|error| {
        Error::new(
            Kind::WrongState,
            format!("the template of the stack `{stack}` is not the deployer's"),
        )
        .caused_by(error)
        .hint("choose another stage's name, or delete that stack")
    })
}

/// Turns the termination protection of a stack on or off.
pub async fn set_protection(clients: &Clients, stack: &str, on: bool) -> Result<()> {
    let call = clients
        .cloudformation
        .update_termination_protection()
        .stack_name(stack)
        .enable_termination_protection(on);
    call.send().await.map_err(failed(format!(
        "the protection of the stack `{stack}` could not be changed"
    )))?;
    Ok(())
}

/// One resource of a stack, as CloudFormation knows it.
#[derive(Debug, Clone)]
pub struct Resource {
    /// The logical id.
    pub logical_id: String,
    /// The physical id, once there is one.
    pub physical_id: Option<String>,
    /// The type.
    pub kind: String,
    /// CloudFormation's status.
    pub status: String,
}

impl Resource {
    /// Returns whether the resource is there, as far as CloudFormation knows.
    pub fn exists(&self) -> bool {
        self.physical_id.is_some() && self.status != "DELETE_COMPLETE"
    }

    /// Returns whether the resource is there and not yet let go of by its stack.
    pub(super) fn goes_with_its_stack(&self) -> bool {
        self.exists() && self.status != "DELETE_SKIPPED"
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({})", self.logical_id, self.kind)
    }
}

/// Returns the resources of a stack, those that are gone included.
pub async fn resources(clients: &Clients, stack: &str) -> Result<Vec<Resource>> {
    let mut pages = clients
        .cloudformation
        .list_stack_resources()
        .stack_name(stack)
        .into_paginator()
        .send();
    let mut resources = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(failed(format!(
            "the resources of the stack `{stack}` could not be read"
        )))?;
        for resource in page.stack_resource_summaries() {
            resources.push(Resource {
                logical_id: resource
                    .logical_resource_id()
                    .unwrap_or_default()
                    .to_owned(),
                physical_id: resource
                    .physical_resource_id()
                    .filter(|id| !id.is_empty())
                    .map(str::to_owned),
                kind: resource.resource_type().unwrap_or_default().to_owned(),
                status: resource
                    .resource_status()
                    .map(|status| status.as_str().to_owned())
                    .unwrap_or_default(),
            });
        }
    }
    Ok(resources)
}

/// Returns the resources of a stack that exist: type and physical id.
pub async fn physical_resources(clients: &Clients, stack: &str) -> Result<Vec<(String, String)>> {
    let resources = resources(clients, stack).await?;
    Ok(resources
        .into_iter()
        .filter(Resource::exists)
        .filter_map(|resource| Some((resource.kind, resource.physical_id?)))
        .collect())
}
