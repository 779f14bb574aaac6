//! Executions started as a producer starts them: by a message in the queue.

use std::time::Duration;

use durable_history::{Description, is_finished};

use super::find::named;
use super::listing::Listed;
use super::read::describe_execution;
use crate::aws::{Clients, Pace, failed, until};
use crate::error::{Error, Kind, Result};
use crate::operate::deployed::{DeployedIntake, DeployedWorkflow};

/// A message that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The message's id.
    pub message_id: String,
}

/// Sends a message into the queue of an intake, in what its messages come in.
///
/// # Errors
///
/// The queue could not be reached, or refused.
pub async fn send(clients: &Clients, intake: &DeployedIntake, body: &str) -> Result<Sent> {
    let url = &intake.queue_url;
    let sent = clients.sqs.send_message().queue_url(url);
    let sent = sent
        .message_body(intake.envelope.wrap(body))
        .send()
        .await
        .map_err(failed(format!("the message could not be sent to `{url}`")))?;
    Ok(Sent {
        message_id: sent.message_id.unwrap_or_default(),
    })
}

/// Waits until an execution of this name exists, and returns it.
///
/// # Errors
///
/// There is none when the time is over; the service could not be asked.
pub async fn wait_for_start(
    clients: &Clients,
    workflow: &DeployedWorkflow,
    name: &str,
    patience: Duration,
) -> Result<Description> {
    let pace = Pace::of(clients.endpoint.as_deref(), patience);
    let found = until(pace, || async {
        Ok(named(clients, workflow, name).await?.into_iter().next())
    });
    let found = found.await?.ok_or_else(|| {
        Error::new(
            Kind::WrongState,
            format!("no execution `{name}` exists after {patience:?}"),
        )
        .hint(
            "`deployer trace` tells where the message went, `deployer dlq list` what was given up",
        )
    })?;
    describe_execution(clients, &found.execution.arn).await
}

/// Returns the execution that has a name already, before a message asks for it.
///
/// # Errors
///
/// The service could not be asked.
pub async fn taken(
    clients: &Clients,
    workflow: &DeployedWorkflow,
    name: &str,
) -> Result<Option<Listed>> {
    let found = named(clients, workflow, name).await?;
    Ok(found.into_iter().next().map(|found| found.execution))
}

/// Waits until an execution has ended, and returns it.
///
/// # Errors
///
/// It has not when the time is over; the service could not be asked.
pub async fn wait_for_end(clients: &Clients, arn: &str, patience: Duration) -> Result<Description> {
    let pace = Pace::of(clients.endpoint.as_deref(), patience);
    let ended = until(pace, || async {
        let read = describe_execution(clients, arn).await?;
        Ok(Some(read).filter(|read| is_finished(&read.status)))
    });
    ended.await?.ok_or_else(|| {
        let what = format!("the execution has not ended after {patience:?}");
        Error::new(Kind::WrongState, what).hint("it goes on; `deployer executions watch` shows it")
    })
}
