//! A stack as it is.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::types::StackStatus;
use aws_smithy_types::date_time::Format;

use super::outputs::Outputs;
use crate::aws::{Clients, code_of, failed, message_of};
use crate::error::Result;

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
    pub outputs: Outputs,
    /// The tags.
    pub tags: BTreeMap<String, String>,
    /// Whether termination protection is on.
    pub protected: bool,
    /// Whether alarms roll its updates back, now and later: CloudFormation keeps them with the stack.
    pub has_triggers: bool,
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
        has_triggers: stack
            .rollback_configuration()
            .is_some_and(|triggers| !triggers.rollback_triggers().is_empty()),
        tags: stack
            .tags()
            .iter()
            .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value()?.to_owned())))
            .collect(),
        protected: stack.enable_termination_protection().unwrap_or_default(),
    }))
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
