//! `deployer destroy`: the reverse of `up`.

use std::time::Instant;

use clap::Args;
use serde_json::json;

use super::super::confirm::{confirm, confirm_purge};
use super::super::context::Context;
use super::super::outcome::Outcome;
use crate::aws::Clients;
use crate::config::Span;
use crate::count::counted;
use crate::deploy::destroy::{Data, Destroyed, Drain, Reach, Survey, carry_out, survey};
use crate::error::{Error, Kind, Result};
use crate::event::Event;
use crate::pipeline::{self, Marker, StageLock, connect_or_start, local_settings};

/// Stops what runs, deletes the stacks, and leaves nothing behind
///
/// Refuses where executions are in flight: `--drain` waits for their ends, `--stop-executions` stops them; the
/// intake is closed first. Versions that updates retained go with their functions. A protected stage keeps its tables.
#[derive(Debug, Args)]
pub(in crate::cli) struct DestroyArguments {
    /// The workflows; by default all, and the artifact bucket with them
    workflow: Vec<String>,
    /// Keeps the tables of any stage
    #[arg(long, conflicts_with = "purge_data")]
    keep_data: bool,
    /// Deletes the tables of a protected stage too; there `--yes` is not enough, but the stage's name is
    #[arg(long, value_name = "STAGE", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    purge_data: Option<String>,
    /// Waits until executions in flight have ended, for so long; deletes nothing where some go on then
    #[arg(long, value_name = "DURATION", num_args = 0..=1, require_equals = true, default_missing_value = "1h")]
    drain: Option<Span>,
    /// Stops executions in flight, with `--drain` those that go on when its time is over
    #[arg(long)]
    stop_executions: bool,
}

impl DestroyArguments {
    fn data(&self, stage: &str) -> Result<Data> {
        match &self.purge_data {
            Some(named) if !named.is_empty() && named != stage => Err(Error::usage(format!(
                "--purge-data names stage `{named}`, and this is stage `{stage}`"
            ))),
            Some(_) => Ok(Data::Purge),
            None if self.keep_data => Ok(Data::Keep),
            None => Ok(Data::AsDeployed),
        }
    }
}

pub(in crate::cli) async fn run(
    context: &Context,
    arguments: &DestroyArguments,
) -> Result<Outcome> {
    let start = Instant::now();
    let app = &context.app;
    let stage = &app.stage_name;
    let workflows = app.select(&arguments.workflow)?;
    let data = arguments.data(stage)?;
    let clients = connect(context).await?;
    let _lock = StageLock::take(app, "destroy", context.reporter.as_ref()).await?;
    let reach = if arguments.workflow.is_empty() {
        Reach::Everything
    } else {
        Reach::Named
    };
    let found = survey(app, &clients, &workflows, reach, data).await?;
    if found.is_empty() {
        let document = json!({
            "event": "result", "stacks": [], "executions_stopped": 0, "kept": [], "left": [],
        });
        return Ok(Outcome::done(
            format!("Nothing to destroy: stage {stage} has no stack."),
            document,
        ));
    }
    for text in describe(&found, data) {
        context.reporter.report(&Event::Note { text });
    }
    if arguments.drain.is_none() && !arguments.stop_executions {
        require_rest(stage, &found)?;
    }
    confirm(context, &format!("destroying stage `{stage}`"))?;
    if data == Data::Purge && found.has_tables() {
        confirm_purge(context, arguments.purge_data.as_deref())?;
    }
    let applier = context.session().applier(&clients);
    let drain = arguments.drain.map(|patience| Drain {
        patience: patience.duration(),
        then_stop: arguments.stop_executions,
    });
    let mut marker = Marker::take(&context.session(), &clients, "destroy").await?;
    let before_bucket = async || {
        if let Some(marker) = &mut marker {
            marker.renew_no_more().await;
        }
    };
    let destroyed = carry_out(app, &applier, &found, data, drain, before_bucket).await;
    if let Some(marker) = marker {
        marker.release().await?;
    }
    Ok(finish(stage, &destroyed?, start.elapsed().as_secs_f64()))
}

/// Refuses a stage whose executions go on: nobody has said what becomes of them.
fn require_rest(stage: &str, found: &Survey) -> Result<()> {
    let busy = found
        .stacks
        .iter()
        .filter(|stack| stack.running_executions > 0);
    let busy: Vec<String> = busy
        .map(|stack| {
            let count = counted(stack.running_executions, "execution");
            format!("{}: {count} in flight", stack.workflow)
        })
        .collect();
    if busy.is_empty() {
        return Ok(());
    }
    let what = format!("executions of stage `{stage}` are in flight; nothing was deleted");
    let refused = Error::new(Kind::WrongState, what);
    let refused = busy.into_iter().fold(refused, Error::detail);
    Err(refused.hint(
        "`--drain` waits for their ends, `--stop-executions` stops them; `deployer executions list --status running` names them",
    ))
}

async fn connect(context: &Context) -> Result<Clients> {
    let app = &context.app;
    if app.uses_local_target() && !durable_local::status(&local_settings(app)).await?.running {
        // What was deployed before the local target stopped is still there when it starts.
        return connect_or_start(app, context.reporter.as_ref()).await;
    }
    pipeline::connect(app).await
}

/// Returns what will be deleted, and what will be kept.
fn describe(found: &Survey, data: Data) -> Vec<String> {
    let mut lines = Vec::new();
    for stack in &found.stacks {
        lines.push(format!(
            "will delete the stack {} with {}, {} and {} in its queues",
            stack.stack,
            counted(stack.resources.len(), "resource"),
            counted(stack.running_executions, "running execution"),
            counted(stack.messages, "message")
        ));
        for table in &stack.tables {
            let fate = if table.stays(data) { "keep" } else { "delete" };
            lines.push(format!("will {fate} {}", table.described()));
        }
    }
    for table in &found.orphans {
        lines.push(format!(
            "will delete {}, which an earlier destroy kept",
            table.described()
        ));
    }
    if let Some((stack, bucket)) = &found.artifacts {
        lines.push(format!(
            "will delete the stack {stack} with the bucket {bucket} and the zips in it"
        ));
    }
    lines
}

fn finish(stage: &str, destroyed: &Destroyed, seconds: f64) -> Outcome {
    let kept = destroyed.kept.iter().map(|kept| format!("kept: {kept}"));
    let left = destroyed.left.iter();
    let mut lines: Vec<String> = kept
        .chain(left.map(|left| format!("still there: {left}")))
        .collect();
    lines.push(format!(
        "Destroyed {} of stage {stage} and stopped {} ({seconds:.1} s).",
        counted(destroyed.stacks.len(), "stack"),
        counted(destroyed.executions_stopped, "running execution")
    ));
    let document = json!({
        "event": "result",
        "seconds": seconds,
        "stacks": destroyed.stacks,
        "executions_stopped": destroyed.executions_stopped,
        "kept": destroyed.kept,
        "left": destroyed.left,
    });
    Outcome::done(lines.join("\n"), document)
}
