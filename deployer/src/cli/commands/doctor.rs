//! `deployer doctor`: whether this machine has what the stage needs.

use clap::Args;
use owo_colors::OwoColorize as _;
use serde_json::json;

use super::super::confirm::confirm;
use super::super::context::Context;
use super::super::outcome::Outcome;
use crate::deploy::doctor::{Check, Verdict, add_target, examine, install, missing_target};
use crate::error::{Kind, Result};
use crate::event::Event;
use crate::pipeline::local_settings;

/// Says whether this machine has what the stage needs, and what to do where it has not
///
/// Exit code 0 when the stage can be worked with, else 4.
#[derive(Debug, Args)]
pub(in crate::cli) struct DoctorArguments {
    /// Installs what is missing into .deployer/; asks before it adds a target to rustup
    #[arg(long)]
    fix: bool,
}

pub(in crate::cli) async fn run(context: &Context, arguments: &DoctorArguments) -> Result<Outcome> {
    let app = &context.app;
    let settings = local_settings(app);
    let installed = if arguments.fix {
        fix(context).await?
    } else {
        Vec::new()
    };
    let checks = examine(app, &settings).await;
    let missing = checks
        .iter()
        .filter(|check| check.verdict == Verdict::Missing)
        .count();
    let mut lines: Vec<String> = installed
        .iter()
        .map(|name| format!("installed {name}"))
        .collect();
    lines.extend(checks.iter().map(render));
    lines.push(String::new());
    lines.push(match missing {
        0 => format!("Stage {} has what it needs.", app.stage_name),
        1 => format!("Stage {} lacks one thing.", app.stage_name),
        _ => format!("Stage {} lacks {missing} things.", app.stage_name),
    });
    Ok(Outcome {
        text: lines.join("\n"),
        document: json!({
            "stage": app.stage_name,
            "ready": missing == 0,
            "installed": installed,
            "checks": checks,
        }),
        exit_code: if missing == 0 {
            0
        } else {
            Kind::WrongState.exit_code()
        },
    })
}

/// Installs what is missing and returns what that was; asks before anything outside `.deployer/` is touched.
async fn fix(context: &Context) -> Result<Vec<String>> {
    let app = &context.app;
    let target = missing_target(app).await;
    if let Some(target) = target {
        confirm(context, &format!("`rustup target add {target}`"))?;
    }
    context.reporter.report(&Event::StepStarted {
        step: "doctor",
        text: "installing what is missing".to_owned(),
    });
    let mut installed = install(app, &local_settings(app)).await?;
    if let Some(target) = target {
        add_target(target).await?;
        installed.push(target.to_owned());
    }
    Ok(installed)
}

fn render(check: &Check) -> String {
    let verdict = match check.verdict {
        Verdict::Ok => format!("{:<8}", "ok").green().to_string(),
        Verdict::Warning => format!("{:<8}", "warning").yellow().to_string(),
        Verdict::Missing => format!("{:<8}", "missing").red().to_string(),
    };
    let line = format!("{verdict} {:<14} {}", check.name, check.found);
    match &check.remedy {
        Some(remedy) => format!("{line}\n{:<23} {remedy}", ""),
        None => line,
    }
}
