//! `deployer local`: the local target by hand.

use clap::{Args, Subcommand};
use serde_json::json;

use super::super::confirm::confirm;
use super::super::context::Context;
use super::super::outcome::Outcome;
use crate::error::{Error, Result};

/// Starts, stops and asks the local target, which otherwise starts by itself
#[derive(Debug, Args)]
pub(in crate::cli) struct LocalArguments {
    #[command(subcommand)]
    pub(in crate::cli) action: LocalAction,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum LocalAction {
    /// Starts it in the background
    Start,
    /// Stops it; its state stays
    Stop,
    /// Says whether it runs, and where
    Status,
    /// Stops it and forgets its state: stacks, messages, executions
    Reset,
    /// Runs it in the foreground, until Ctrl-C
    Run,
}

pub(super) async fn run(context: &Context, arguments: &LocalArguments) -> Result<Outcome> {
    let app = &context.app;
    if !app.uses_local_target() {
        return Err(Error::usage(format!(
            "stage `{}` does not live on the local target",
            app.stage_name
        ))
        .hint("choose a stage with `target: local`, such as `--stage dev`"));
    }
    let settings = context.local_settings();
    match arguments.action {
        LocalAction::Start => {
            context.start_local().await?;
            status(context).await
        }
        LocalAction::Stop => {
            let was_running = durable_local::stop(&settings).await?;
            let text = if was_running {
                "The local target is stopped; its state stays."
            } else {
                "The local target was not running."
            };
            Ok(Outcome::done(
                text,
                json!({ "running": false, "was_running": was_running }),
            ))
        }
        LocalAction::Status => status(context).await,
        LocalAction::Reset => {
            confirm(context, "forgetting the local target's state")?;
            durable_local::reset(&settings).await?;
            Ok(Outcome::done(
                "The local target is stopped and its state is gone.",
                json!({ "running": false }),
            ))
        }
        LocalAction::Run => {
            durable_local::serve(settings).await?;
            Ok(Outcome::done(String::new(), json!({ "running": false })))
        }
    }
}

async fn status(context: &Context) -> Result<Outcome> {
    let status = durable_local::status(&context.local_settings()).await?;
    let text = match &status.endpoint {
        Some(endpoint) if status.running => {
            let executions = status.executions.map_or(String::new(), |executions| {
                format!(", {} executions running of {}", executions.running, executions.total)
            });
            format!("The local target answers at {endpoint}{executions}.")
        }
        _ => "The local target is not running. It starts with `deployer up` or `deployer local start`.".to_owned(),
    };
    let document = serde_json::to_value(&status).unwrap_or_default();
    Ok(Outcome::done(text, document))
}
