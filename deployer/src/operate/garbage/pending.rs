//! The templates of change sets that were made and not executed.

use aws_sdk_cloudformation::types::{ChangeSetStatus, ChangeSetSummary, ExecutionStatus};
use serde_json::Value;

use crate::aws::{Clients, code_of, failed, listed};
use crate::error::Result;

/// Returns the templates that a stack may yet be brought to: those of its change sets that may yet
/// be executed, whoever made them.
pub(super) async fn pending_templates(clients: &Clients, stack: &str) -> Result<Vec<Value>> {
    let sets = clients
        .cloudformation
        .list_change_sets()
        .stack_name(stack)
        .into_paginator()
        .items()
        .send()
        .try_collect()
        .await;
    let sets = listed(
        sets,
        format!("the change sets of the stack `{stack}` could not be listed"),
    )?;
    let mut templates = Vec::new();
    for set in sets {
        if let Some(arn) = set.change_set_id()
            && may_be_executed(&set)
        {
            templates.extend(template_of(clients, stack, arn).await?);
        }
    }
    Ok(templates)
}

/// One that failed never is, and one that was executed, or is out of date, never again.
fn may_be_executed(set: &ChangeSetSummary) -> bool {
    let over = [
        ExecutionStatus::ExecuteComplete,
        ExecutionStatus::ExecuteFailed,
        ExecutionStatus::Obsolete,
    ];
    let is_over = set
        .execution_status()
        .is_some_and(|status| over.contains(status));
    !is_over && set.status() != Some(&ChangeSetStatus::Failed)
}

/// Returns the template of a change set; nothing of one that is gone meanwhile, or not ours.
async fn template_of(clients: &Clients, stack: &str, change_set: &str) -> Result<Option<Value>> {
    let call = clients.cloudformation.get_template();
    let template = call.change_set_name(change_set).send().await;
    match template {
        Ok(template) => Ok(template
            .template_body()
            .and_then(|text| serde_json::from_str(text).ok())),
        Err(error) if code_of(&error) == Some("ChangeSetNotFound") => Ok(None),
        Err(error) => Err(failed(format!(
            "the template of a change set of the stack `{stack}` could not be read"
        ))(error)),
    }
}
