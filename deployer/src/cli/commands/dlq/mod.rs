//! `deployer dlq`: messages and executions that ended badly.

mod discard;
mod edit;
mod export;
mod list;
mod peek;
mod redrive;
mod stoppable;
mod which;
mod words;
mod work;

use clap::{Args, Subcommand};

use crate::cli::context::Context;
use crate::cli::outcome::Outcome;
use crate::error::Result;

/// Looks at dead letters and failed executions, and puts them back
///
/// The queues: `intake` has the messages that were given up, `failed` the executions that failed, timed out or
/// were stopped, `undelivered` such failures that did not reach the queue `failed`.
#[derive(Debug, Args)]
pub(in crate::cli) struct DlqArguments {
    #[command(subcommand)]
    action: DlqAction,
}

#[derive(Debug, Subcommand)]
enum DlqAction {
    List(list::ListArguments),
    Peek(peek::PeekArguments),
    Redrive(redrive::RedriveArguments),
    Discard(discard::DiscardArguments),
    Export(export::ExportArguments),
}

impl DlqArguments {
    /// Whether the command works rather than answers, so that its events are its output.
    pub(in crate::cli) fn works(&self) -> bool {
        matches!(self.action, DlqAction::Redrive(_) | DlqAction::Discard(_))
    }
}

pub(in crate::cli) async fn run(context: &Context, arguments: &DlqArguments) -> Result<Outcome> {
    match &arguments.action {
        DlqAction::List(arguments) => list::run(context, arguments).await,
        DlqAction::Peek(arguments) => peek::run(context, arguments).await,
        DlqAction::Redrive(arguments) => redrive::run(context, arguments).await,
        DlqAction::Discard(arguments) => discard::run(context, arguments).await,
        DlqAction::Export(arguments) => export::run(context, arguments).await,
    }
}
