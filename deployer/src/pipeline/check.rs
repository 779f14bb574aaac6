//! `validate`: everything that is wrong with the configuration, the templates and the scenarios.

use crate::config::App;
use crate::deploy::link::{Components, Published, Template, artifact_template, link_workflow};
use crate::deploy::lint::{Finding, check_application, check_template, doubts};
use crate::error::{Error, Result};
use crate::smoke::load_scenarios;

/// All that is wrong, so that nobody mends one thing to be told of the next.
#[derive(Debug, Default)]
pub struct Checked {
    /// What breaks a rule.
    pub findings: Vec<Finding>,
    /// What ended the reading of a file.
    pub errors: Vec<Error>,
    /// What is most likely a mistake, and may yet be right.
    pub warnings: Vec<Finding>,
    /// How many workflows there are.
    pub workflows: usize,
    /// How many smoke scenarios there are.
    pub scenarios: usize,
}

impl Checked {
    /// Returns how much there is to mend.
    pub fn problems(&self) -> usize {
        self.findings.len() + self.errors.len()
    }

    /// Several workflows are made of the same components, so the same is found again.
    fn add(&mut self, template: Result<Template>) {
        match template {
            Ok(template) => {
                extend(&mut self.findings, check_template(&template));
                extend(&mut self.warnings, doubts(&template));
            }
            Err(error) => self.fail(error),
        }
    }

    fn fail(&mut self, error: Error) {
        let known = |known: &Error| known.frames() == error.frames();
        if !self.errors.iter().any(known) {
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

/// Checks the configuration, the templates and the scenarios of a stage; touches nothing.
pub fn check(app: &App) -> Result<Checked> {
    let workflows = app.select(&[])?;
    let mut checked = Checked {
        findings: check_application(app),
        workflows: workflows.len(),
        ..Checked::default()
    };
    // What is wrong in the configuration would be found again in the templates.
    if checked.findings.is_empty() {
        match Components::load(&app.root) {
            Ok(components) => {
                checked.add(artifact_template(app, &components));
                for workflow in &workflows {
                    let published = Published::placeholder(app);
                    checked.add(link_workflow(app, &components, workflow, &published));
                }
            }
            Err(error) => checked.fail(error),
        }
    }
    for workflow in &workflows {
        match load_scenarios(app, std::slice::from_ref(workflow)) {
            Ok(scenarios) => checked.scenarios += scenarios.values().map(Vec::len).sum::<usize>(),
            Err(error) => checked.fail(error),
        }
    }
    Ok(checked)
}
