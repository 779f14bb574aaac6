//! The direct way: a stack is created or updated in one call.

use aws_sdk_cloudformation::types::Capability;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::request::Request;
use super::source::source;
use super::triggers::triggers;
use super::watch::Watch;
use crate::aws::{Clients, code_of, failed, message_of};
use crate::error::Result;
use crate::stack::LiveStack;

/// What came of the attempt to start an operation.
pub(super) enum Started<'a> {
    /// The operation is under way.
    Operation(Watch<'a>),
    /// CloudFormation finds nothing to do.
    Nothing,
    /// Somebody else's operation is under way, or came first.
    Collision,
}

pub(super) async fn create<'a>(clients: &'a Clients, request: &Request) -> Result<Started<'a>> {
    let source = source(clients, request).await?;
    let created = clients
        .cloudformation
        .create_stack()
        .stack_name(&request.stack)
        .set_template_body(source.body)
        .set_template_url(source.url)
        .capabilities(Capability::CapabilityIam)
        .set_tags(Some(request.tags()))
        .enable_termination_protection(request.protect)
        .retain_except_on_create(true)
        .set_role_arn(request.deployment.role.clone())
        .set_deployment_config(request.mode())
        .send()
        .await;
    match created {
        Ok(created) => Ok(Started::Operation(Watch::from_creation(
            clients,
            created.stack_id().unwrap_or(&request.stack),
        ))),
        Err(error) if collides(&error) => Ok(Started::Collision),
        Err(error) => Err(failed(format!(
            "the stack `{}` could not be created",
            request.stack
        ))(error)),
    }
}

pub(super) async fn update<'a>(
    clients: &'a Clients,
    request: &Request,
    live: &LiveStack,
) -> Result<Started<'a>> {
    let source = source(clients, request).await?;
    let triggers = triggers(clients, request, live).await?;
    let watch = Watch::from_now(clients, &live.id).await?;
    let updated = clients
        .cloudformation
        .update_stack()
        .stack_name(&request.stack)
        .set_template_body(source.body)
        .set_template_url(source.url)
        .capabilities(Capability::CapabilityIam)
        .set_tags(Some(request.tags()))
        .retain_except_on_create(true)
        .set_role_arn(request.deployment.role.clone())
        .set_deployment_config(request.mode())
        .set_rollback_configuration(triggers)
        .send()
        .await;
    match updated {
        Ok(_) => Ok(Started::Operation(watch)),
        // CloudFormation reports an empty update as a ValidationError, so only the text tells.
        Err(error)
            if code_of(&error) == Some("ValidationError")
                && message_of(&error).contains("No updates are to be performed") =>
        {
            Ok(Started::Nothing)
        }
        Err(error) if collides(&error) => Ok(Started::Collision),
        Err(error) => Err(failed(format!(
            "the stack `{}` could not be updated",
            request.stack
        ))(error)),
    }
}

/// Returns whether a call was refused because another operation on the stack is under way, or came first.
pub(super) fn collides<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    match code_of(error) {
        Some("AlreadyExistsException" | "OperationInProgressException") => true,
        // A busy stack is a ValidationError like any other, so only the text tells.
        Some("ValidationError") => message_of(error).contains("_IN_PROGRESS state"),
        _ => false,
    }
}
