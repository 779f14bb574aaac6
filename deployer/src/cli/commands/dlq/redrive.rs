//! `deployer dlq redrive`: everything back where it came from.

use clap::Args;
use serde_json::json;

use super::edit::edit;
use super::stoppable::{stoppable, unless_stopped};
use super::which::{ChosenArguments, QueueArguments};
use super::work::{Job, announce, none_found, rehearsed};
use crate::aws::Limiter;
use crate::cli::confirm::confirm;
use crate::cli::context::Context;
use crate::cli::moment::now;
use crate::cli::outcome::Outcome;
use crate::count::counted;
use crate::error::Result;
use crate::operate::dead_letters::{Surveyed, redrive, survey};

/// Puts messages back where they came from, and starts failed executions again
///
/// Dead letters go back into the intake's queue as they are, so each keeps the name of its execution and nothing
/// runs twice. Failed executions run again under a new name. Whatever stops the command, run it again: nothing
/// is lost, and nothing is done twice.
#[derive(Debug, Args)]
pub(super) struct RedriveArguments {
    #[command(flatten)]
    chosen: ChosenArguments,
    #[command(flatten)]
    which: QueueArguments,
    /// At most so many a second, such as 50/s
    #[arg(long, value_name = "NUMBER", value_parser = rate)]
    rate: Option<u32>,
    /// Opens the message in $VISUAL or $EDITOR first; for one message of the intake
    #[arg(long, conflicts_with_all = ["all", "reason", "limit"])]
    edit: bool,
    /// Only shows what would be done
    #[arg(long)]
    dry_run: bool,
}

/// Reads `50` or `50/s`.
fn rate(text: &str) -> Result<u32, String> {
    let number = text.strip_suffix("/s").unwrap_or(text);
    let number = number.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "give messages a second, such as 50/s".to_owned())
}

pub(super) async fn run(context: &Context, arguments: &RedriveArguments) -> Result<Outcome> {
    let chosen = arguments.chosen.selection("put back")?;
    let (clients, queues) = arguments.which.queues(context).await?;
    let stage = &context.app.stage_name;
    stoppable(context, async |stop| {
        let (surveyed, selection) = survey(&clients, stage, &queues, &chosen, stop).await?;
        unless_stopped(stop)?;
        if surveyed.is_empty() {
            return Err(none_found(context));
        }
        let edited = if arguments.edit {
            let Some(edited) = edit(context, &surveyed)? else {
                let text = "The message was left as it is; nothing was done.";
                let document = json!({ "event": "result", "dry_run": false, "queues": [] });
                return Ok(Outcome::done(text, document));
            };
            Some(edited)
        } else {
            None
        };
        let lines: Vec<String> = surveyed
            .iter()
            .flat_map(|each| announcement(each, edited.is_some()))
            .collect();
        if arguments.dry_run {
            return Ok(rehearsed(&surveyed, &lines));
        }
        announce(context, &lines);
        let messages = surveyed.iter().map(|surveyed| surveyed.messages).sum();
        let what = format!("putting back {}", counted::<usize>(messages, "message"));
        confirm(context, &what)?;
        let rate = arguments
            .rate
            .map_or_else(Limiter::unlimited, Limiter::per_second);
        let mut job = Job {
            context,
            clients: &clients,
            surveyed: &surveyed,
            selection,
            rate: &rate,
            stop,
            verb: "put back",
        };
        let now = now();
        job.run(async |work, progress| redrive(work, now, edited.as_deref(), progress).await)
            .await
    })
    .await
}

/// Returns what will happen with the messages of a queue.
fn announcement(surveyed: &Surveyed, edited: bool) -> Vec<String> {
    let mut lines = vec![surveyed.redriving()];
    let hopeless = surveyed.hopeless();
    if hopeless > 0 && !edited {
        lines.push(format!(
            "{hopeless} of them will be given up again unless the configuration or the functions changed since; --edit changes a message"
        ));
    }
    lines
}
