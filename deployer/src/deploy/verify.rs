//! The last step of `up`: functions, aliases and event source mappings are really ready.

use std::time::Duration;

use aws_sdk_lambda::types::{LastUpdateStatus, State};
use camino::Utf8PathBuf;

use crate::aws::{Clients, Pace, failed, until};
use crate::config::App;
use crate::deploy::apply::Applied;
use crate::error::{Error, Kind, Result};

/// Lambda optimizes a new function for at most a few minutes.
const READY_WITHIN: Duration = Duration::from_mins(10);

/// A note on this machine that a stack was changed and has not been verified since.
///
/// With it an `up` that was interrupted while it waited is gone on with, although CloudFormation
/// calls the stack complete.
#[derive(Debug, Clone)]
pub struct Unverified {
    path: Utf8PathBuf,
}

impl Unverified {
    /// Returns the note about a stack, whether it is there or not.
    pub fn of(app: &App, stack: &str) -> Self {
        Self {
            path: app.state_directory.join("unverified").join(stack),
        }
    }

    /// Returns whether the note is there.
    pub fn is_noted(&self) -> bool {
        self.path.exists()
    }

    /// Leaves the note.
    pub fn note(&self) -> Result<()> {
        if let Some(folder) = self.path.parent() {
            fs_err::create_dir_all(folder)?;
        }
        Ok(fs_err::write(&self.path, "")?)
    }

    /// Takes the note away.
    pub fn clear(&self) -> Result<()> {
        Ok(fs_err::remove_file(&self.path)?)
    }
}

/// Waits until everything that the stack's outputs name takes work.
///
/// # Errors
///
/// A function that failed to become active, with Lambda's reason.
pub async fn wait_until_ready(clients: &Clients, applied: &Applied) -> Result<()> {
    let outputs = &applied.outputs;
    let aliases = outputs.aliases().map(|arn| function(clients, arn));
    let mappings = outputs.mappings().map(|id| mapping(clients, id));
    futures::future::try_join(
        futures::future::try_join_all(aliases),
        futures::future::try_join_all(mappings),
    )
    .await?;
    Ok(())
}

async fn function(clients: &Clients, alias: &str) -> Result<()> {
    let pace = Pace::of(clients.endpoint.as_deref(), READY_WITHIN).staggered(alias);
    let ready = until(pace, || async {
        let configuration = clients
            .lambda
            .get_function_configuration()
            .function_name(alias)
            .send()
            .await
            .map_err(failed(format!("the function `{alias}` could not be read")))?;
        if configuration.state() == Some(&State::Failed)
            || configuration.last_update_status() == Some(&LastUpdateStatus::Failed)
        {
            let reason = configuration
                .state_reason()
                .or(configuration.last_update_status_reason())
                .unwrap_or("no reason given");
            return Err(Error::new(
                Kind::Verification,
                format!("the function `{alias}` is not usable"),
            )
            .caused_by(reason.to_owned()));
        }
        let active = matches!(configuration.state(), None | Some(State::Active));
        let settled = matches!(
            configuration.last_update_status(),
            None | Some(LastUpdateStatus::Successful)
        );
        Ok((active && settled).then_some(()))
    })
    .await?;
    ready.ok_or_else(|| not_ready(&format!("the function `{alias}`")))
}

async fn mapping(clients: &Clients, id: &str) -> Result<()> {
    let pace = Pace::of(clients.endpoint.as_deref(), READY_WITHIN).staggered(id);
    let ready = until(pace, || async {
        let mapping = clients
            .lambda
            .get_event_source_mapping()
            .uuid(id)
            .send()
            .await
            .map_err(failed(format!(
                "the event source mapping `{id}` could not be read"
            )))?;
        if mapping.state() == Some("Disabled") {
            enable(clients, id).await?;
        }
        Ok((mapping.state() == Some("Enabled")).then_some(()))
    })
    .await?;
    ready.ok_or_else(|| not_ready(&format!("the event source mapping `{id}`")))
}

/// What closed the intake may have been interrupted; `up` opens it again.
async fn enable(clients: &Clients, id: &str) -> Result<()> {
    let update = clients
        .lambda
        .update_event_source_mapping()
        .uuid(id)
        .enabled(true)
        .send()
        .await;
    update.map_err(failed(format!(
        "the event source mapping `{id}` could not be enabled"
    )))?;
    Ok(())
}

fn not_ready(what: &str) -> Error {
    Error::new(
        Kind::Verification,
        format!(
            "{what} did not become ready within {} minutes",
            READY_WITHIN.as_secs() / 60
        ),
    )
    .hint("run `deployer up` again to go on waiting")
}
