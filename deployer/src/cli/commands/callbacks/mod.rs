//! `deployer callbacks`: who is waited for, and answers.

mod answer;
mod list;

use clap::{Args, Subcommand};

use crate::cli::context::Context;
use crate::cli::outcome::Outcome;
use crate::error::Result;

/// Lists open callbacks, and answers them
#[derive(Debug, Args)]
pub(in crate::cli) struct CallbacksArguments {
    #[command(subcommand)]
    action: CallbacksAction,
}

#[derive(Debug, Subcommand)]
enum CallbacksAction {
    List(list::ListArguments),
    Succeed(answer::SucceedArguments),
    Fail(answer::FailArguments),
    Heartbeat(answer::HeartbeatArguments),
}

pub(in crate::cli) async fn run(
    context: &Context,
    arguments: &CallbacksArguments,
) -> Result<Outcome> {
    match &arguments.action {
        CallbacksAction::List(arguments) => list::run(context, arguments).await,
        CallbacksAction::Succeed(arguments) => answer::succeed(context, arguments).await,
        CallbacksAction::Fail(arguments) => answer::fail(context, arguments).await,
        CallbacksAction::Heartbeat(arguments) => answer::heartbeat(context, arguments).await,
    }
}
