//! What came of the scenarios.

use serde::Serialize;

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
    /// Every scenario, in the order of the files.
    pub scenarios: Vec<ScenarioOutcome>,
}

/// What came of one scenario.
#[derive(Debug, Clone, Serialize)]
pub struct ScenarioOutcome {
    /// The workflow.
    pub workflow: String,
    /// The scenario.
    pub name: String,
    /// `passed`, `failed` or `skipped`.
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
            scenarios,
        }
    }
}

pub(super) const PASSED: &str = "passed";
pub(super) const FAILED: &str = "failed";
pub(super) const SKIPPED: &str = "skipped";

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
