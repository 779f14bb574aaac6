//! `deployer validate`: checks the configuration without touching AWS.

use clap::Args;
use owo_colors::OwoColorize as _;
use serde_json::json;

use super::super::context::Context;
use super::super::outcome::{Outcome, document};
use crate::count::counted;
use crate::error::{Error, Kind, Result};
use crate::pipeline::{check, schemas};

/// Checks the configuration, the templates and the scenarios; touches nothing
#[derive(Debug, Args)]
pub(in crate::cli) struct ValidateArguments {
    /// Writes the JSON schemas of the configuration files to config/schema/
    #[arg(long)]
    write_schemas: bool,
}

pub(in crate::cli) fn run(context: &Context, arguments: &ValidateArguments) -> Result<Outcome> {
    let app = &context.app;
    if arguments.write_schemas {
        let folder = app.root.join("config/schema");
        fs_err::create_dir_all(&folder)?;
        for (name, schema) in schemas() {
            let text = serde_json::to_string_pretty(&schema).unwrap_or_default();
            fs_err::write(folder.join(name), format!("{text}\n"))?;
        }
    }
    let found = check(app)?;
    let stage = &app.stage_name;
    let problems = found.problems();
    let findings = found.findings.iter().map(ToString::to_string);
    let mut lines: Vec<String> = findings
        .chain(found.errors.iter().map(Error::frames))
        .collect();
    let warnings = found.warnings.iter();
    lines.extend(warnings.map(|warning| format!("{} {warning}", "warning:".yellow().bold())));
    for line in &mut lines {
        line.push('\n');
    }
    lines.push(if problems == 0 {
        let workflows = counted(found.workflows, "workflow");
        let scenarios = counted(found.scenarios, "smoke scenario");
        format!("Stage {stage} is coherent: {workflows}, {scenarios}.")
    } else {
        format!("Stage {stage} has {}.", counted(problems, "problem"))
    });
    let errors: Vec<_> = found.errors.iter().map(document).collect();
    Ok(Outcome {
        text: lines.join("\n"),
        document: json!({
            "stage": stage,
            "findings": found.findings,
            "errors": errors,
            "warnings": found.warnings,
        }),
        exit_code: if problems == 0 {
            0
        } else {
            Kind::Usage.exit_code()
        },
    })
}
