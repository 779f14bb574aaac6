//! `deployer status`: how the stage is.

use clap::Args;
use comfy_table::{Table, presets};
use owo_colors::OwoColorize as _;
use serde_json::json;

use super::super::context::Context;
use super::super::outcome::{Outcome, fit};
use crate::aws::Unfinished;
use crate::error::{Kind, Result};
use crate::operate::status::{
    FunctionStatus, LastDeployment, QueueStatus, WorkflowStatus, workflow_statuses,
};
use crate::pipeline::connect;

/// Shows stacks, functions with the versions that take work, queues and running executions
///
/// Exit code 4 when nothing is deployed.
#[derive(Debug, Args)]
pub(in crate::cli) struct StatusArguments {
    /// The workflows; by default all
    workflow: Vec<String>,
}

pub(in crate::cli) async fn run(context: &Context, arguments: &StatusArguments) -> Result<Outcome> {
    let app = &context.app;
    let workflows = app.select(&arguments.workflow)?;
    let clients = connect(&context.app).await?;
    let found = workflow_statuses(app, &clients, &workflows).await?;
    let deployed = found.iter().any(WorkflowStatus::is_deployed);
    let stage = &app.stage_name;
    let text = if deployed {
        found.iter().map(render).collect::<Vec<_>>().join("\n\n")
    } else {
        format!("Nothing is deployed on stage {stage}. Next: deployer up --stage {stage}")
    };
    Ok(Outcome {
        text,
        document: json!({ "stage": stage, "deployed": deployed, "workflows": found }),
        exit_code: if deployed {
            0
        } else {
            Kind::WrongState.exit_code()
        },
    })
}

fn render(status: &WorkflowStatus) -> String {
    let name = status.workflow.bold();
    let Some(state) = &status.state else {
        return format!("{name} is not deployed");
    };
    let dated = status.last_deployment.as_ref();
    let dated = dated.is_some_and(|deployment| deployment.at.is_some());
    let changed = status
        .changed_at
        .as_deref()
        .filter(|_| !dated)
        .map_or(String::new(), |time| format!(", last changed {time}"));
    let mut lines = vec![format!("{name}  stack {} {state}{changed}", status.stack)];
    lines.extend(status.last_deployment.as_ref().and_then(deployment));
    lines.push(indent(&functions(status)));
    if let Some(mapping) = &status.mapping {
        lines.push(format!("  intake: {mapping}"));
    }
    for QueueStatus { role, messages, .. } in &status.queues {
        lines.push(format!(
            "  {role}: {} waiting, {} in flight, {} delayed",
            messages.visible, messages.in_flight, messages.delayed
        ));
    }
    lines.extend(status.unfinished_executions.as_ref().map(executions));
    let problems = status.problems.iter();
    lines.extend(problems.map(|problem| format!("  {} {problem}", "problem:".yellow())));
    lines.join("\n")
}

/// Returns how many executions are unfinished, and on which versions.
fn executions(unfinished: &Unfinished) -> String {
    let total = unfinished.total();
    let more = if unfinished.is_complete {
        ""
    } else {
        "at least "
    };
    let by_version = unfinished.by_version.iter();
    let by_version: Vec<String> = by_version
        .map(|(version, count)| format!("{count} on version {version}"))
        .collect();
    let mut line = format!("  executions: {more}{total} unfinished");
    if !by_version.is_empty() {
        line.push_str(": ");
        line.push_str(&by_version.join(", "));
    }
    line
}

/// Returns when, by whom and from what was deployed, as far as that is known.
fn deployment(deployment: &LastDeployment) -> Option<String> {
    let LastDeployment { at, by, revision } = deployment;
    let parts: Vec<String> = [("", at), ("by ", by), ("revision ", revision)]
        .into_iter()
        .filter_map(|(what, value)| Some(format!("{what}{}", value.as_ref()?)))
        .collect();
    (!parts.is_empty()).then(|| format!("  last deployment: {}", parts.join(", ")))
}

fn functions(status: &WorkflowStatus) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_header(["function", "version", "state", "revision"]);
    for function in &status.functions {
        let revision = function.revision.as_deref().unwrap_or("unknown");
        table.add_row([
            function.function.as_str(),
            &shared(function),
            &function.state,
            revision,
        ]);
    }
    fit(&mut table, 1);
    table.to_string()
}

/// Returns the version that takes the work, with those that have a share of it: `7, 10 % on 8`.
fn shared(function: &FunctionStatus) -> String {
    let shares = function.shares.iter();
    shares.fold(function.version.clone(), |text, (version, share)| {
        format!("{text}, {:.0} % on {version}", share * 100.0)
    })
}

fn indent(text: &str) -> String {
    let lines = text.lines().map(|line| format!(" {}", line.trim_end()));
    lines.collect::<Vec<_>>().join("\n")
}
