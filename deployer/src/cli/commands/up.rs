//! `deployer up`: from the source to a verified deployment.

use camino::Utf8PathBuf;
use clap::Args;
use serde_json::json;

use super::super::context::Context;
use super::super::outcome::Outcome;
use crate::deploy::apply::Applied;
use crate::error::{Error, Result};
use crate::pipeline::{Rollout, carry_out, up};

/// Builds, publishes and deploys, and waits until everything is ready
///
/// Without a workflow, all of them. Where nothing changed, nothing is done.
#[derive(Debug, Args)]
pub(in crate::cli) struct UpArguments {
    /// The workflows; by default all
    workflow: Vec<String>,
    /// Carries out the plan in this file, which `deployer plan --out FILE` wrote
    #[arg(long, conflicts_with = "workflow")]
    plan: Option<Utf8PathBuf>,
}

pub(in crate::cli) async fn run(context: &Context, arguments: &UpArguments) -> Result<Outcome> {
    let rollout = match &arguments.plan {
        Some(path) => carry_out(&context.session(), path).await?,
        None => up(&context.session(), &arguments.workflow).await?,
    };
    finish(&context.app.stage_name, rollout)
}

/// Shows what became of the stage; what stopped one workflow does not hide what became of another.
fn finish(stage: &str, rollout: Rollout) -> Result<Outcome> {
    let unchanged = rollout.is_unchanged();
    let Rollout {
        applied,
        failures,
        seconds,
    } = rollout;
    let mut lines: Vec<String> = applied.iter().flat_map(format_applied).collect();
    let summary = |count| format!("{count} workflows were not deployed");
    if let Some(error) = Error::several(failures, summary) {
        return Err(if lines.is_empty() {
            error
        } else {
            error.beside(lines.join("\n"))
        });
    }
    lines.push(if unchanged {
        format!("Nothing changed: stage {stage} is up to date ({seconds:.1} s).")
    } else {
        format!(
            "Stage {stage} is ready ({seconds:.1} s). Next: deployer smoke-test --stage {stage}, deployer ui --stage {stage}"
        )
    });
    let stacks: Vec<_> = applied
        .iter()
        .map(|applied| json!({ "workflow": applied.workflow, "stack": applied.stack, "action": applied.action, "outputs": applied.outputs }))
        .collect();
    Ok(Outcome::done(
        lines.join("\n"),
        json!({ "event": "result", "changed": !unchanged, "seconds": seconds, "stacks": stacks }),
    ))
}

fn format_applied(applied: &Applied) -> Vec<String> {
    let outputs = &applied.outputs;
    let mut lines = vec![format!("{} {}", applied.workflow, applied.action)];
    let alias = outputs.orchestrator_alias();
    lines.extend(alias.map(|arn| format_line("orchestrator", arn)));
    lines.extend(
        outputs
            .main_queues()
            .map(|(role, url)| format_line(role, url)),
    );
    lines.extend(outputs.tables().map(|(table, name)| {
        let table = format!("table {}", table.to_lowercase());
        format_line(&table, name)
    }));
    lines.push(String::new());
    lines
}

fn format_line(name: &str, value: &str) -> String {
    format!("  {name:<20} {value}")
}
