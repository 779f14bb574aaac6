//! All rules, over an application and over a linked template.

use super::finding::{Finding, Findings};
use super::{
    functions, intake, limits, model, names, orchestrator, questions, secrets, stage, tables, tags,
    types,
};
use crate::config::App;
use crate::deploy::link::Template;
use crate::error::{Error, Result};

/// Returns what is wrong with the application, by rule.
pub fn check_application(app: &App) -> Vec<Finding> {
    let mut findings = Findings::new(app);
    names::check(app, &mut findings);
    stage::check(app, &mut findings);
    tags::check(app, &mut findings);
    for (name, workflow) in &app.application.workflows {
        orchestrator::check(app, name, &workflow.orchestrator, &mut findings);
        if let Some(intake) = &workflow.intake {
            intake::check(name, workflow, intake, &mut findings);
        }
    }
    for (name, workflow) in &app.application.workflows {
        if let Some(questions) = &workflow.questions {
            questions::check(name, workflow, questions, &mut findings);
        }
        model::check(name, workflow, &mut findings);
        tables::check(name, workflow, &mut findings);
    }
    intake::check_starts(app, &mut findings);
    functions::check(app, &mut findings);
    secrets::check(app, &mut findings);
    findings.into_vec()
}

/// Returns an error with every finding, where there is one.
pub fn require_clean(app: &App) -> Result<()> {
    refuse(
        &check_application(app),
        &format!("the configuration of stage `{}`", app.stage_name),
    )
}

/// Returns what is wrong with a linked template: values that look like secrets, types that cannot
/// be, and more than AWS takes.
pub fn check_template(template: &Template) -> Vec<Finding> {
    let mut found = secrets::in_template(template);
    found.extend(types::malformed(template));
    found.extend(limits::exceeded(template));
    found
}

/// Returns what is most likely a mistake in a linked template, and may yet be right.
pub fn doubts(template: &Template) -> Vec<Finding> {
    types::doubtful(template)
}

/// Returns an error with everything that is wrong with a linked template, where there is something.
pub fn require_sound(template: &Template) -> Result<()> {
    refuse(&check_template(template), "a linked template")
}

fn refuse(findings: &[Finding], what: &str) -> Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    let count = findings.len();
    let noun = if count == 1 { "problem" } else { "problems" };
    let error = Error::usage(format!("{what} has {count} {noun}"));
    Err(findings
        .iter()
        .fold(error, |error, finding| error.detail(finding.to_string())))
}
