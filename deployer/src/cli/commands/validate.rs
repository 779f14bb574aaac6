//! `deployer validate`: checks the configuration without touching AWS.

use clap::Args;
use owo_colors::OwoColorize as _;
use serde_json::json;

use super::super::context::Context;
use super::super::outcome::{Outcome, counted, document};
use crate::config::{App, schemas};
use crate::deploy::link::{Components, Published, Template, artifact_template, link_workflow};
use crate::deploy::lint::{Finding, doubts, lint, lint_template};
use crate::error::{Error, Kind, Result};
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
    let workflows = app.select(&[])?;
    let found = look(app, &workflows);
    let stage = &app.stage_name;
    let problems = found.findings.len() + found.errors.len();
    let findings = found.findings.iter().map(ToString::to_string);
    let mut lines: Vec<String> = findings.chain(found.errors.iter().map(frames)).collect();
    let warnings = found.warnings.iter();
    lines.extend(warnings.map(|warning| format!("{} {warning}", "warning:".yellow().bold())));
    for line in &mut lines {
        line.push('\n');
    }
    lines.push(if problems == 0 {
        let workflows = counted(workflows.len(), "workflow");
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

/// All that is wrong, so that nobody mends one thing to be told of the next.
#[derive(Default)]
struct Found {
    findings: Vec<Finding>,
    /// What ended the reading of a file.
    errors: Vec<Error>,
    warnings: Vec<Finding>,
    /// How many smoke scenarios there are.
    scenarios: usize,
}

impl Found {
    /// Several workflows are made of the same components, so the same is found again.
    fn add(&mut self, template: Result<Template>) {
        match template {
            Ok(template) => {
                extend(&mut self.findings, lint_template(&template));
                extend(&mut self.warnings, doubts(&template));
            }
            Err(error) => self.fail(error),
        }
    }

    fn fail(&mut self, error: Error) {
        if !self
            .errors
            .iter()
            .any(|known| frames(known) == frames(&error))
        {
            self.errors.push(error);
        }
    }
}

fn extend(findings: &mut Vec<Finding>, more: Vec<Finding>) {
    for finding in more {
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
}

fn look(app: &App, workflows: &[String]) -> Found {
    let mut found = Found {
        findings: lint(app),
        ..Found::default()
    };
    // What is wrong in the configuration would be found again in the templates.
    if found.findings.is_empty() {
        match Components::load(&app.root) {
            Ok(components) => {
                found.add(artifact_template(app, &components));
                for workflow in workflows {
                    let published = Published::placeholder(app);
                    found.add(link_workflow(app, &components, workflow, &published));
                }
            }
            Err(error) => found.fail(error),
        }
    }
    for workflow in workflows {
        match load_scenarios(app, std::slice::from_ref(workflow)) {
            Ok(scenarios) => found.scenarios += scenarios.values().map(Vec::len).sum::<usize>(),
            Err(error) => found.fail(error),
        }
    }
    found
}

fn frames(error: &Error) -> String {
    let causes = error.causes();
    let causes = causes.iter().map(|cause| format!("  caused by: {cause}"));
    let hint = error.way_out().map(|hint| format!("  hint: {hint}"));
    let message = std::iter::once(error.to_string());
    message
        .chain(causes)
        .chain(hint)
        .collect::<Vec<_>>()
        .join("\n")
}
