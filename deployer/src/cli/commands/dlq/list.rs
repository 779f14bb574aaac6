//! `deployer dlq list`: how much is where, and why.

use clap::Args;
use comfy_table::{Table, presets};
use durable_history::Timestamp;
use serde_json::{Value, json};

use super::stoppable::{stoppable, unless_stopped};
use super::which::QueueArguments;
use super::words::ago;
use crate::cli::context::Context;
use crate::cli::moment::now;
use crate::cli::outcome::{Outcome, fit};
use crate::error::Result;
use crate::operate::dead_letters::{QueueLook, look};

/// Shows how many messages are in each queue, since when, and why
///
/// The messages are out of sight while they are looked at, and each look counts as a receipt; neither does harm,
/// because nothing else reads these queues. At most 10000 of a queue are looked at.
#[derive(Debug, Args)]
pub(super) struct ListArguments {
    #[command(flatten)]
    which: QueueArguments,
}

pub(super) async fn run(context: &Context, arguments: &ListArguments) -> Result<Outcome> {
    let (clients, queues) = arguments.which.queues(context).await?;
    let stage = &context.app.stage_name;
    let looks = stoppable(context, async |stop| {
        let looks = queues
            .iter()
            .map(|queue| look(&clients, stage, queue, stop));
        let looks = futures::future::try_join_all(looks).await?;
        unless_stopped(stop)?;
        Ok(looks)
    })
    .await?;
    let document = json!({
        "stage": stage,
        "queues": looks.iter().map(document).collect::<Vec<_>>(),
    });
    Ok(Outcome::done(render(&looks, stage), document))
}

fn document(look: &QueueLook) -> Value {
    json!({
        "workflow": look.queue.workflow.workflow,
        "queue": look.queue.kind,
        "url": look.queue.url,
        "depth": look.messages.total(),
        "out_of_sight": look.messages.in_flight,
        "looked_at": look.looked_at,
        "oldest": look.oldest.map(Timestamp::to_rfc3339),
        "reasons": look.reasons,
        "further_copies": look.copies,
    })
}

fn render(looks: &[QueueLook], stage: &str) -> String {
    let filled: Vec<_> = looks
        .iter()
        .filter(|look| look.messages.total() > 0)
        .collect();
    if filled.is_empty() {
        return format!("No dead letters and no failed executions on stage {stage}.");
    }
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_header(["workflow", "queue", "depth", "oldest", "reasons"]);
    let now = now();
    for look in filled {
        let oldest = look.oldest.map(|time| ago(time, now));
        table.add_row([
            look.queue.workflow.workflow.as_str(),
            look.queue.kind.as_str(),
            &look.messages.total().to_string(),
            &oldest.unwrap_or_else(|| "unknown".to_owned()),
            &reasons(look),
        ]);
    }
    fit(&mut table, 0);
    let table = table.to_string();
    let lines: Vec<_> = table.lines().map(|line| line.trim().to_owned()).collect();
    let next = format!(
        "Next: deployer dlq peek --stage {stage}, deployer dlq redrive --all --stage {stage}"
    );
    format!("{}\n\n{next}", lines.join("\n"))
}

/// Returns how many there are for each reason, and what is in the way of knowing more.
fn reasons(look: &QueueLook) -> String {
    let reasons = look.reasons.iter();
    let mut told: Vec<_> = reasons
        .map(|(reason, count)| format!("{count} {}", reason.as_str()))
        .collect();
    if look.copies > 0 {
        told.push(format!("{} further copies", look.copies));
    }
    let total = usize::try_from(look.messages.total()).unwrap_or(usize::MAX);
    if total > look.looked_at {
        let unseen = total - look.looked_at;
        told.push(if look.messages.in_flight > 0 {
            format!("{unseen} out of sight for now")
        } else {
            format!("{unseen} not looked at")
        });
    }
    told.join(", ")
}
