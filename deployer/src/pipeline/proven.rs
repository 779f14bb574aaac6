//! `up --smoke`: what was deployed is taken back where its smoke test fails and the stage says so.

use super::rollback::{RolledBack, rollback};
use super::rollout::Rollout;
use super::session::Session;
use crate::config::FailedSmokeTest;
use crate::error::Result;
use crate::smoke::SmokeReport;

/// What was deployed, as its smoke test is to judge it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployed {
    /// The workflows that stand.
    pub workflows: Vec<String>,
    /// Those of them that have a version before the one that stands now.
    updated: Vec<String>,
}

impl Deployed {
    /// Returns what a rollout deployed.
    pub fn by(rollout: &Rollout) -> Self {
        let applied = || rollout.applied.iter();
        let updated = applied().filter(|applied| applied.action == "updated");
        Self {
            workflows: applied().map(|applied| applied.workflow.clone()).collect(),
            updated: updated.map(|applied| applied.workflow.clone()).collect(),
        }
    }

    /// Returns the workflows that go back: those that are new, and of which a scenario failed.
    fn failed(&self, report: &SmokeReport) -> impl Iterator<Item = &String> {
        self.updated.iter().filter(|workflow| {
            let mut scenarios = report.scenarios.iter();
            scenarios.any(|scenario| scenario.workflow == **workflow && scenario.status == "failed")
        })
    }
}

/// Lets new executions of the workflows that failed start on the version before, where the stage asks for that.
///
/// # Errors
///
/// As [`rollback`]: the first that could not go back.
pub async fn take_back_failed(
    session: &Session<'_>,
    deployed: &Deployed,
    report: &SmokeReport,
) -> Result<Vec<RolledBack>> {
    let mut back = Vec::new();
    if session.app.stage.deployment.failed_smoke_test == FailedSmokeTest::RollBack {
        for workflow in deployed.failed(report) {
            back.push(rollback(session, workflow, None).await?);
        }
    }
    Ok(back)
}
