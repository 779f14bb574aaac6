//! `deployer destroy`: the reverse of `up`.

use std::time::Instant;

use clap::Args;
use serde_json::json;

use super::super::confirm::confirm;
use super::super::context::Context;
use super::super::outcome::Outcome;
use crate::destroy::{Survey, destroy, survey};
use crate::error::Result;
use crate::event::Event;

/// Stops what runs, deletes the stacks, and leaves nothing behind
///
/// The intake is closed first and executions in flight are stopped. A protected stage keeps its tables.
#[derive(Debug, Args)]
pub(in crate::cli) struct DestroyArguments {
    /// The workflows; by default all, and the artifact bucket with them
    workflow: Vec<String>,
}

pub(super) async fn run(context: &Context, arguments: &DestroyArguments) -> Result<Outcome> {
    let start = Instant::now();
    let app = &context.app;
    let workflows = app.select(&arguments.workflow)?;
    let clients = if app.uses_local_target()
        && !durable_local::status(&context.local_settings())
            .await?
            .running
    {
        // What was deployed before the local target stopped is still there when it starts.
        let endpoint = context.start_local().await?;
        crate::aws::Clients::connect(app, endpoint.as_deref()).await?
    } else {
        context.connect().await?
    };
    let found = survey(app, &clients, &workflows).await?;
    let stage = &app.stage_name;
    if found.is_empty() {
        let document =
            json!({ "event": "result", "stacks": [], "executions_stopped": 0, "left": [] });
        return Ok(Outcome::done(
            format!("Nothing to destroy: stage {stage} has no stack."),
            document,
        ));
    }
    for line in describe(&found) {
        context.reporter.report(&Event::Note { text: line });
    }
    confirm(context, &format!("destroying stage `{stage}`"))?;
    let destroyed = destroy(&clients, &found, context.reporter.as_ref()).await?;
    let seconds = start.elapsed().as_secs_f64();
    let mut lines = destroyed.left.clone();
    lines.push(format!(
        "Destroyed {} stacks of stage {stage}; {} running executions were stopped ({seconds:.1} s).",
        destroyed.stacks.len(),
        destroyed.executions_stopped
    ));
    let document = json!({
        "event": "result",
        "seconds": seconds,
        "stacks": destroyed.stacks,
        "executions_stopped": destroyed.executions_stopped,
        "left": destroyed.left,
    });
    Ok(Outcome::done(lines.join("\n"), document))
}

fn describe(found: &Survey) -> Vec<String> {
    let mut lines = Vec::new();
    for stack in &found.stacks {
        lines.push(format!(
            "will delete the stack {} with {} resources, {} running executions and {} messages in its queues",
            stack.stack,
            stack.resources.len(),
            stack.running_executions,
            stack.messages
        ));
    }
    if let Some((stack, bucket)) = &found.artifacts {
        lines.push(format!(
            "will delete the stack {stack} with the bucket {bucket} and the zips in it"
        ));
    }
    lines
}
