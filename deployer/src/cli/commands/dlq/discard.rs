//! `deployer dlq discard`: messages deleted for good.

use clap::Args;

use super::stoppable::{stoppable, unless_stopped};
use super::which::{ChosenArguments, QueueArguments};
use super::work::{Job, announce, none_found, rehearsed};
use crate::aws::Limiter;
use crate::cli::confirm::confirm;
use crate::cli::context::Context;
use crate::cli::outcome::Outcome;
use crate::count::counted;
use crate::error::Result;
use crate::operate::dead_letters::{Surveyed, discard, survey};

/// Deletes messages for good
///
/// `deployer dlq export --out FILE` with the same words keeps a copy first.
#[derive(Debug, Args)]
pub(super) struct DiscardArguments {
    #[command(flatten)]
    chosen: ChosenArguments,
    #[command(flatten)]
    which: QueueArguments,
    /// Only shows what would be deleted
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(context: &Context, arguments: &DiscardArguments) -> Result<Outcome> {
    let chosen = arguments.chosen.selection("deleted")?;
    let (clients, queues) = arguments.which.queues(context).await?;
    let stage = &context.app.stage_name;
    stoppable(context, async |stop| {
        let (surveyed, selection) = survey(&clients, stage, &queues, &chosen, stop).await?;
        unless_stopped(stop)?;
        if surveyed.is_empty() {
            return Err(none_found(context));
        }
        let mut lines: Vec<String> = surveyed.iter().map(Surveyed::discarding).collect();
        lines.push(
            "to keep a copy, run `deployer dlq export --out FILE` with the same words first"
                .to_owned(),
        );
        if arguments.dry_run {
            return Ok(rehearsed(&surveyed, &lines));
        }
        announce(context, &lines);
        let messages = surveyed.iter().map(|surveyed| surveyed.messages).sum();
        let messages = counted::<usize>(messages, "message");
        confirm(context, &format!("deleting {messages} for good"))?;
        let mut job = Job {
            context,
            clients: &clients,
            surveyed: &surveyed,
            selection,
            rate: &Limiter::unlimited(),
            stop,
            verb: "deleted",
        };
        job.run(async |work, progress| discard(work, progress).await)
            .await
    })
    .await
}
