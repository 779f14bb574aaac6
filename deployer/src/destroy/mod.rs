//! The reverse of `up`: the intake first, then the executions in flight, the stacks, the bucket, and a last look.

mod bucket;
mod executions;
mod leftovers;
mod survey;

pub use survey::{StackSurvey, Survey, survey};

use std::time::Duration;

use crate::apply::remove;
use crate::aws::{Clients, Pace, failed, is_missing, until};
use crate::error::{Error, Kind, Result};
use crate::event::{Event, Reporter};

/// What `destroy` did.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Destroyed {
    /// The stacks that are gone.
    pub stacks: Vec<String>,
    /// How many executions were stopped.
    pub executions_stopped: usize,
    /// What could not be removed, or was kept on purpose.
    pub left: Vec<String>,
}

/// Destroys what `survey` found.
///
/// # Errors
///
/// What CloudFormation could not delete, and anything of ours that is still there afterwards.
pub async fn destroy(
    clients: &Clients,
    survey: &Survey,
    reporter: &dyn Reporter,
) -> Result<Destroyed> {
    let mut destroyed = Destroyed::default();
    let outcomes = futures::future::join_all(
        survey
            .stacks
            .iter()
            .map(|stack| take_down(clients, stack, reporter)),
    )
    .await;
    let mut first_error = None;
    for (stack, outcome) in survey.stacks.iter().zip(outcomes) {
        match outcome {
            Ok(stopped) => {
                destroyed.stacks.push(stack.stack.clone());
                destroyed.executions_stopped += stopped;
            }
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    if let Some(error) = first_error {
        return Err(error);
    }
    if let Some((stack, bucket)) = &survey.artifacts {
        reporter.report(&Event::Note {
            text: format!("emptying the bucket `{bucket}`"),
        });
        bucket::empty(clients, bucket).await?;
        remove(clients, stack, reporter).await?;
        destroyed.stacks.push(stack.clone());
    }
    destroyed.left = leftovers::look(clients, survey, reporter).await?;
    let unwanted: Vec<&String> = destroyed
        .left
        .iter()
        .filter(|left| !left.starts_with("kept"))
        .collect();
    if unwanted.is_empty() {
        return Ok(destroyed);
    }
    let error = Error::new(
        Kind::Deployment,
        "something is still there after its stack was deleted",
    );
    let error = unwanted
        .iter()
        .fold(error, |error, left| error.detail((*left).clone()));
    Err(error.hint("run `deployer destroy` again; what stays then must be removed by hand"))
}

async fn take_down(
    clients: &Clients,
    stack: &StackSurvey,
    reporter: &dyn Reporter,
) -> Result<usize> {
    if let Some(mapping) = &stack.mapping {
        reporter.report(&Event::Note {
            text: format!("closing the intake of `{}`", stack.workflow),
        });
        close_intake(clients, mapping).await?;
    }
    let mut stopped = 0;
    if let Some(function) = &stack.orchestrator {
        stopped = executions::stop_all(clients, function).await?;
        reporter.report(&Event::Note {
            text: format!(
                "stopped {stopped} running executions of `{}`",
                stack.workflow
            ),
        });
    }
    if stack.protected {
        let unlock = clients
            .cloudformation
            .update_termination_protection()
            .stack_name(&stack.stack);
        let unlock = unlock.enable_termination_protection(false).send().await;
        unlock.map_err(failed(format!(
            "the protection of the stack `{}` could not be turned off",
            stack.stack
        )))?;
    }
    remove(clients, &stack.stack, reporter).await?;
    Ok(stopped)
}

async fn close_intake(clients: &Clients, mapping: &str) -> Result<()> {
    match clients
        .lambda
        .update_event_source_mapping()
        .uuid(mapping)
        .enabled(false)
        .send()
        .await
    {
        Ok(_) => {}
        Err(error) if is_missing(&error) => {
            return Ok(());
        }
        Err(error) => {
            return Err(failed(format!(
                "the event source mapping `{mapping}` could not be disabled"
            ))(error));
        }
    }
    let pace = Pace::of(clients.endpoint.as_deref(), Duration::from_mins(5));
    until(pace, || async {
        let read = clients
            .lambda
            .get_event_source_mapping()
            .uuid(mapping)
            .send()
            .await;
        let mapping = read.map_err(failed(format!(
            "the event source mapping `{mapping}` could not be read"
        )))?;
        Ok((mapping.state() == Some("Disabled")).then_some(()))
    })
    .await?
    .ok_or_else(|| {
        Error::new(
            Kind::Service,
            format!("the event source mapping `{mapping}` was not disabled within five minutes"),
        )
        .hint("run `deployer destroy` again")
    })
}
