//! What came of the scenarios.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use serde::Serialize;
use serde_json::Value;

/// What came of all scenarios.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SmokeReport {
    /// How many hold.
    pub passed: usize,
    /// How many do not.
    pub failed: usize,
    /// How many could not be played on this stage.
    #[serde(skip_serializing_if = "is_zero")]
    pub skipped: usize,
    /// How many the user stopped.
    #[serde(skip_serializing_if = "is_zero")]
    pub stopped: usize,
    /// Every scenario, in the order of the files.
    pub scenarios: Vec<ScenarioOutcome>,
    /// What was taken away because the user stopped the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed: Option<Removed>,
    /// What was left where it is because that was asked for, by workflow.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<Left>,
}

/// What was taken away of what a run made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Removed {
    /// How many executions that still ran were stopped.
    pub executions: usize,
    /// How many items of tables were deleted.
    pub items: usize,
    /// How many messages were taken out of queues.
    pub messages: usize,
}

impl AddAssign for Removed {
    fn add_assign(&mut self, more: Self) {
        self.executions += more.executions;
        self.items += more.items;
        self.messages += more.messages;
    }
}

/// What a run left of a workflow's scenarios.
#[derive(Debug, Clone, Serialize)]
pub struct Left {
    /// The workflow.
    pub workflow: String,
    /// The names of the executions.
    pub executions: Vec<String>,
    /// What those names begin with, and no others do.
    pub name_prefixes: Vec<String>,
    /// The items of tables, idempotency records among them.
    pub items: Vec<LeftItem>,
    /// The queues of failures with messages of the run.
    pub queues: Vec<LeftMessages>,
}

/// An item of a table that was left.
#[derive(Debug, Clone, Serialize)]
pub struct LeftItem {
    /// The table's real name.
    pub table: String,
    /// The key.
    pub key: BTreeMap<String, Value>,
}

/// Messages of the run in a queue that others use too.
#[derive(Debug, Clone, Serialize)]
pub struct LeftMessages {
    /// What the queue is for.
    pub role: String,
    /// The queue.
    pub url: String,
    /// How many messages are of the run.
    pub messages: usize,
}

/// What came of one scenario.
#[derive(Debug, Clone, Serialize)]
pub struct ScenarioOutcome {
    /// The workflow.
    pub workflow: String,
    /// The scenario; with its number where it is repeated.
    pub name: String,
    /// `passed`, `failed`, `skipped` or `stopped`.
    pub status: &'static str,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// Why it did not pass.
    pub reason: Option<String>,
    /// The histories of its executions, one line an event; only where it failed.
    #[serde(skip)]
    pub history: Vec<String>,
}

impl SmokeReport {
    /// Returns the report of these scenarios.
    pub(super) fn of(scenarios: Vec<ScenarioOutcome>) -> Self {
        let count = |status| {
            scenarios
                .iter()
                .filter(|outcome| outcome.status == status)
                .count()
        };
        Self {
            passed: count(PASSED),
            failed: count(FAILED),
            skipped: count(SKIPPED),
            stopped: count(STOPPED),
            scenarios,
            removed: None,
            left: Vec::new(),
        }
    }
}

pub(super) const PASSED: &str = "passed";
pub(super) const FAILED: &str = "failed";
pub(super) const SKIPPED: &str = "skipped";
pub(super) const STOPPED: &str = "stopped";

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{FAILED, PASSED, SKIPPED, ScenarioOutcome, SmokeReport};

    fn outcome(status: &'static str, reason: Option<&str>) -> ScenarioOutcome {
        ScenarioOutcome {
            workflow: "w".to_owned(),
            name: "n".to_owned(),
            status,
            seconds: 1.5,
            reason: reason.map(str::to_owned),
            history: vec!["line".to_owned()],
        }
    }

    #[test]
    fn the_document_has_the_promised_shape() {
        let report = SmokeReport::of(vec![outcome(PASSED, None), outcome(FAILED, Some("why"))]);
        let scenario = |status: &str, reason: Option<&str>| json!({ "workflow": "w", "name": "n", "status": status, "seconds": 1.5, "reason": reason });
        assert_eq!(
            serde_json::to_value(&report).unwrap(),
            json!({
                "passed": 1, "failed": 1,
                "scenarios": [scenario("passed", None), scenario("failed", Some("why"))],
            })
        );
    }

    #[test]
    fn skipped_scenarios_are_counted_where_there_are_any() {
        let report = SmokeReport::of(vec![outcome(SKIPPED, Some("why"))]);
        let document = serde_json::to_value(&report).unwrap();
        assert_eq!(document.get("skipped"), Some(&json!(1)));
        assert_eq!(document.get("passed"), Some(&json!(0)));
    }
}
