//! The coherence rules: what each file says may be right and the whole still wrong.

mod finding;
mod functions;
mod intake;
mod names;
mod orchestrator;
pub(crate) mod secrets;
mod stage;
mod types;

pub use finding::{Finding, Findings};

use crate::config::App;
use crate::deploy::link::Template;
use crate::error::{Error, Result};

/// Returns what is wrong with the application, by rule.
pub fn lint(app: &App) -> Vec<Finding> {
    let mut findings = Findings::new(app);
    names::check(app, &mut findings);
    stage::check(app, &mut findings);
    for (name, workflow) in &app.application.workflows {
        orchestrator::check(app, name, &workflow.orchestrator, &mut findings);
        if let Some(intake) = &workflow.intake {
            intake::check(name, workflow, intake, &mut findings);
        }
    }
    functions::check(app, &mut findings);
    secrets::check(app, &mut findings);
    findings.into_vec()
}

/// Returns an error with every finding, where there is one.
pub fn require_clean(app: &App) -> Result<()> {
    refuse(
        &lint(app),
        &format!("the configuration of stage `{}`", app.stage_name),
    )
}

/// Returns what is wrong with a linked template: values that look like secrets, types that cannot be.
pub fn lint_template(template: &Template) -> Vec<Finding> {
    let mut found = secrets::in_template(template);
    found.extend(types::malformed(template));
    found
}

/// Returns what is most likely a mistake in a linked template, and may yet be right.
pub fn doubts(template: &Template) -> Vec<Finding> {
    types::doubtful(template)
}

/// Returns an error with everything that is wrong with a linked template, where there is something.
pub fn require_sound(template: &Template) -> Result<()> {
    refuse(&lint_template(template), "a linked template")
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

#[cfg(test)]
mod tests;
