//! `deployer executions`: what runs, and how to change that.

mod change;
mod event_line;
mod export;
mod filter;
mod list;
mod rerun;
mod screen;
mod show;
mod start;
mod tree;
mod watch;

use clap::{Args, Subcommand};

use crate::cli::context::Context;
use crate::cli::outcome::Outcome;
use crate::error::Result;

/// Lists, shows, watches, starts, stops and reruns executions
#[derive(Debug, Args)]
pub(in crate::cli) struct ExecutionsArguments {
    #[command(subcommand)]
    action: ExecutionsAction,
}

#[derive(Debug, Subcommand)]
enum ExecutionsAction {
    List(list::ListArguments),
    Show(show::ShowArguments),
    Watch(watch::WatchArguments),
    Export(export::ExportArguments),
    Start(start::StartArguments),
    Rerun(rerun::RerunArguments),
    Stop(change::StopArguments),
    Pause(change::PauseArguments),
    Resume(change::ResumeArguments),
    Delete(change::DeleteArguments),
}

impl ExecutionsArguments {
    /// Whether the command works rather than answers, so that its events are its output.
    pub(in crate::cli) fn works(&self) -> bool {
        matches!(self.action, ExecutionsAction::Watch(_))
    }

    /// Whether the command ends on Ctrl-C its own way, because it otherwise may never do.
    pub(in crate::cli) fn ends_itself(&self) -> bool {
        matches!(self.action, ExecutionsAction::Watch(_))
    }

    /// Runs an action that needs no project; nothing for the others.
    pub(in crate::cli) fn run_anywhere(&self, verbose: bool) -> Option<Result<Outcome>> {
        match &self.action {
            ExecutionsAction::Show(arguments) => arguments.run_anywhere(verbose),
            _ => None,
        }
    }
}

pub(in crate::cli) async fn run(
    context: &Context,
    arguments: &ExecutionsArguments,
) -> Result<Outcome> {
    match &arguments.action {
        ExecutionsAction::List(arguments) => list::run(context, arguments).await,
        ExecutionsAction::Show(arguments) => show::run(context, arguments).await,
        ExecutionsAction::Watch(arguments) => watch::run(context, arguments).await,
        ExecutionsAction::Export(arguments) => export::run(context, arguments).await,
        ExecutionsAction::Start(arguments) => start::run(context, arguments).await,
        ExecutionsAction::Rerun(arguments) => rerun::run(context, arguments).await,
        ExecutionsAction::Stop(arguments) => change::stop(context, arguments).await,
        ExecutionsAction::Pause(arguments) => change::pause(context, arguments).await,
        ExecutionsAction::Resume(arguments) => change::resume(context, arguments).await,
        ExecutionsAction::Delete(arguments) => change::delete(context, arguments).await,
    }
}
