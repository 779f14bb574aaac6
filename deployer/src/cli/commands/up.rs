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
    let told = |count| format!("{count} workflows were not deployed");
    if let Some(error) = Error::several(failures, told) {
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
            "Stage {stage} is ready ({seconds:.1} s). Next: deployer smoke-test --stage {stage}"
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
    const SHOWN: [(&str, &str); 4] = [
        ("OrchestratorAliasArn", "orchestrator"),
        ("IntakeQueueUrl", "queue"),
        ("IntakeDeadLetterQueueUrl", "dead letters"),
        ("OrchestratorFailureQueueUrl", "failed executions"),
    ];
    let mut lines = vec![format!("{} {}", applied.workflow, applied.action)];
    for (output, name) in SHOWN {
        lines.extend(
            applied
                .outputs
                .get(output)
                .map(|value| format_line(name, value)),
        );
    }
    for (output, value) in &applied.outputs {
        if let Some(table) = output.strip_suffix("TableName") {
            lines.push(format_line(
                &format!("table {}", table.to_lowercase()),
                value,
            ));
        }
    }
    lines.push(String::new());
    lines
}

fn format_line(name: &str, value: &str) -> String {
    format!("  {name:<20} {value}")
}
