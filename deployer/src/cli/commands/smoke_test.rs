//! `deployer smoke-test`: the scenarios in `config/smoke/`.

use clap::Args;
use comfy_table::{Table, presets};

use super::super::context::Context;
use super::super::outcome::{Outcome, fit};
use crate::error::{Kind, Result};
use crate::pipeline::connect;
use crate::smoke::{SmokeReport, run as run_scenarios};

/// Sends real messages through the queue and checks what the executions did
///
/// The scenarios of config/smoke/ run at the same time, each with ids of its own.
#[derive(Debug, Args)]
pub(in crate::cli) struct SmokeTestArguments {
    /// The workflows; by default all
    workflow: Vec<String>,
}

pub(in crate::cli) async fn run(
    context: &Context,
    arguments: &SmokeTestArguments,
) -> Result<Outcome> {
    let workflows = context.app.select(&arguments.workflow)?;
    let clients = connect(&context.app).await?;
    let report = run_scenarios(
        &context.app,
        &clients,
        &workflows,
        context.reporter.as_ref(),
    )
    .await?;
    let exit_code = if report.failed == 0 {
        0
    } else {
        Kind::Verification.exit_code()
    };
    let document = serde_json::to_value(&report).unwrap_or_default();
    Ok(Outcome {
        text: render(&report),
        document,
        exit_code,
    })
}

fn render(report: &SmokeReport) -> String {
    let mut lines = Vec::new();
    for scenario in report
        .scenarios
        .iter()
        .filter(|scenario| scenario.status == "failed")
    {
        lines.push(format!("{}: {}", scenario.workflow, scenario.name));
        lines.push(format!(
            "  {}",
            scenario.reason.as_deref().unwrap_or_default()
        ));
        lines.extend(scenario.history.iter().map(|line| format!("    {line}")));
        lines.push(String::new());
    }
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_header(["workflow", "scenario", "status", "seconds"]);
    for scenario in &report.scenarios {
        let seconds = format!("{:.1}", scenario.seconds);
        table.add_row([
            scenario.workflow.as_str(),
            &scenario.name,
            scenario.status,
            &seconds,
        ]);
    }
    let skipped = match report.skipped {
        0 => String::new(),
        skipped => format!(", {skipped} skipped"),
    };
    fit(&mut table, 0);
    lines.push(table.to_string());
    lines.push(String::new());
    lines.push(format!(
        "{} passed, {} failed{skipped}",
        report.passed, report.failed
    ));
    lines.join("\n")
}
