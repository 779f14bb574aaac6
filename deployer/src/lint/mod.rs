//! The coherence rules: what each file says may be right and the whole still wrong.

mod finding;
mod functions;
mod intake;
mod names;
mod orchestrator;
mod stage;

pub use finding::{Finding, Findings};

use crate::config::App;
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
    findings.into_vec()
}

/// Returns an error with every finding, where there is one.
pub fn require_clean(app: &App) -> Result<()> {
    let findings = lint(app);
    if findings.is_empty() {
        return Ok(());
    }
    let count = findings.len();
    let noun = if count == 1 { "problem" } else { "problems" };
    let error = Error::usage(format!(
        "the configuration of stage `{}` has {count} {noun}",
        app.stage_name
    ));
    Err(findings
        .iter()
        .fold(error, |error, finding| error.detail(finding.to_string())))
}

#[cfg(test)]
mod tests;
