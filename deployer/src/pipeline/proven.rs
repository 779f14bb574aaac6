//! `up --smoke`: what was deployed is taken back where its smoke test fails and the stage says so.

use super::rollback::{RolledBack, rollback};
use super::rollout::Rollout;
use super::session::Session;
use crate::config::FailedSmokeTest;
use crate::error::{Error, Result};
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

/// What became of the workflows whose smoke test failed.
#[derive(Debug, Default)]
pub struct TakenBack {
    /// Those that are back.
    pub done: Vec<RolledBack>,
    /// What stopped others; it does not hide those that are back.
    pub failure: Option<Error>,
}

impl From<Vec<Result<RolledBack>>> for TakenBack {
    fn from(results: Vec<Result<RolledBack>>) -> Self {
        let mut done = Vec::new();
        let mut failures = Vec::new();
        for result in results {
            match result {
                Ok(back) => done.push(back),
                Err(error) => failures.push(error),
            }
        }
        let summary = |count| format!("{count} workflows whose smoke test failed did not go back");
        Self {
            done,
            failure: Error::several(failures, summary),
        }
    }
}

/// Lets new executions of the workflows that failed start on the version before, where the stage asks for that.
pub async fn take_back_failed(
    session: &Session<'_>,
    deployed: &Deployed,
    report: &SmokeReport,
) -> TakenBack {
    let mut results = Vec::new();
    if session.app.stage.deployment.failed_smoke_test == FailedSmokeTest::RollBack {
        for workflow in deployed.failed(report) {
            results.push(rollback(session, workflow, None).await);
        }
    }
    results.into()
}

#[cfg(test)]
mod tests {
    use super::{RolledBack, TakenBack};
    use crate::error::{Error, Kind};

    #[test]
    fn what_does_not_go_back_hides_nothing_that_does() {
        let back = |workflow: &str| {
            Ok(RolledBack {
                workflow: workflow.to_owned(),
                from: "2".to_owned(),
                to: "1".to_owned(),
                in_flight: None,
                seconds: 1.0,
            })
        };
        let stuck = || Err(Error::new(Kind::WrongState, "the stack is at work"));
        let taken = TakenBack::from(vec![back("a"), stuck(), back("c")]);
        let done: Vec<_> = taken.done.iter().map(|done| &done.workflow).collect();
        assert_eq!(done, ["a", "c"]);
        assert_eq!(
            taken.failure.map(|failure| failure.kind()),
            Some(Kind::WrongState)
        );
        assert!(TakenBack::from(vec![back("a")]).failure.is_none());
    }
}
