//! `deployer validate`: checks the configuration without touching AWS.

use clap::Args;
use serde_json::json;

use super::super::context::Context;
use super::super::outcome::Outcome;
use crate::config::schemas;
use crate::error::{Kind, Result};
use crate::link::{Components, Published, link_workflow};
use crate::lint::lint;
use crate::smoke::load_scenarios;

/// Checks the configuration, the templates and the scenarios; touches nothing
#[derive(Debug, Args)]
pub(in crate::cli) struct ValidateArguments {
    /// Writes the JSON schemas of the configuration files to config/schema/
    #[arg(long)]
    write_schemas: bool,
}

pub(super) fn run(context: &Context, arguments: &ValidateArguments) -> Result<Outcome> {
    let app = &context.app;
    if arguments.write_schemas {
        let folder = app.root.join("config/schema");
        fs_err::create_dir_all(&folder)?;
        for (name, schema) in schemas() {
            let text = serde_json::to_string_pretty(&schema).unwrap_or_default();
            fs_err::write(folder.join(name), format!("{text}\n"))?;
        }
    }
    let findings = lint(app);
    let workflows = app.select(&[])?;
    if findings.is_empty() {
        let components = Components::load(&app.root)?;
        for workflow in &workflows {
            link_workflow(app, &components, workflow, &Published::placeholder(app))?;
        }
    }
    let scenarios: usize = load_scenarios(app, &workflows)?
        .values()
        .map(Vec::len)
        .sum();
    let stage = &app.stage_name;
    let mut lines: Vec<String> = findings
        .iter()
        .map(|finding| format!("{finding}\n"))
        .collect();
    let count = workflows.len();
    lines.push(match findings.len() {
        0 => format!("Stage {stage} is coherent: {count} workflows, {scenarios} smoke scenarios."),
        1 => format!("Stage {stage} has 1 problem."),
        count => format!("Stage {stage} has {count} problems."),
    });
    let exit_code = if findings.is_empty() {
        0
    } else {
        Kind::Usage.exit_code()
    };
    Ok(Outcome {
        text: lines.join("\n"),
        document: json!({ "stage": stage, "findings": findings }),
        exit_code,
    })
}
