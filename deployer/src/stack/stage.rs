//! The stacks of a stage.

use super::live::describe;
use crate::aws::{Clients, failed};
use crate::config::App;
use crate::error::Result;

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
