//! The report as JUnit XML, which CI systems read.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::printable::printable;
use super::report::{FAILED, SKIPPED, STOPPED, ScenarioOutcome, SmokeReport};
use crate::error::{Error, Kind, Result};

/// Returns the report as JUnit XML: a suite for each workflow, a case for each scenario, with the histories of
/// executions where it failed. But for times, the same report gives the same text.
///
/// # Errors
///
/// A defect, when the text cannot be made.
pub fn junit(report: &SmokeReport, stage: &str) -> Result<String> {
    let mut whole = Report::new(printable(&format!("smoke-test of stage {stage}")));
    let mut seconds = 0.0;
    for workflow in workflows(report) {
        let mut suite = TestSuite::new(printable(workflow));
        let scenarios = report.scenarios.iter();
        for scenario in scenarios.filter(|scenario| scenario.workflow == workflow) {
            suite.add_test_case(case(scenario));
            seconds += scenario.seconds;
        }
        whole.add_test_suite(suite);
    }
    whole.set_time(duration(seconds));
    whole.to_string().map_err(|error| {
        Error::new(Kind::Bug, "the report could not be written as JUnit XML").caused_by(error)
    })
}

/// Returns the workflows in the order of their first scenario.
fn workflows(report: &SmokeReport) -> Vec<&str> {
    let mut workflows = Vec::new();
    for scenario in &report.scenarios {
        if !workflows.contains(&scenario.workflow.as_str()) {
            workflows.push(scenario.workflow.as_str());
        }
    }
    workflows
}

fn case(scenario: &ScenarioOutcome) -> TestCase {
    let mut status = match scenario.status {
        FAILED => TestCaseStatus::non_success(NonSuccessKind::Failure),
        // What was not played to its end has shown nothing.
        STOPPED => TestCaseStatus::non_success(NonSuccessKind::Error),
        SKIPPED => TestCaseStatus::skipped(),
        _ => TestCaseStatus::success(),
    };
    if let Some(reason) = &scenario.reason {
        status.set_message(printable(reason));
    }
    if !scenario.history.is_empty() {
        status.set_description(printable(&scenario.history.join("\n")));
    }
    let mut case = TestCase::new(printable(&scenario.name), status);
    case.set_classname(printable(&scenario.workflow));
    case.set_time(duration(scenario.seconds));
    case
}

fn duration(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use quick_junit::Report;

    use super::junit;
    use crate::smoke::report::{FAILED, PASSED, SKIPPED, STOPPED, ScenarioOutcome, SmokeReport};

    fn outcome(workflow: &str, name: &str, status: &'static str) -> ScenarioOutcome {
        ScenarioOutcome {
            workflow: workflow.to_owned(),
            name: name.to_owned(),
            status,
            seconds: 1.25,
            reason: (status != PASSED).then(|| format!("<{status}> & \u{1b}[31m\"why\"\u{0}")),
            history: if status == FAILED {
                vec![
                    "execution `x`:".to_owned(),
                    "  0.000s  A ]]> \u{7}".to_owned(),
                ]
            } else {
                Vec::new()
            },
        }
    }

    fn report() -> SmokeReport {
        SmokeReport::of(vec![
            outcome("fraud", "low risk (1 of 2)", PASSED),
            outcome("orders", "one <item>", FAILED),
            outcome("fraud", "low risk (2 of 2)", STOPPED),
            outcome("orders", "killed", SKIPPED),
        ])
    }

    #[test]
    fn a_suite_is_a_workflow_and_a_case_a_scenario() {
        insta::assert_snapshot!(junit(&report(), "dev").unwrap(), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="smoke-test of stage dev" tests="4" skipped="1" failures="1" errors="1" time="5.000">
            <testsuite name="fraud" tests="2" skipped="0" errors="1" failures="0">
                <testcase name="low risk (1 of 2)" classname="fraud" time="1.250"/>
                <testcase name="low risk (2 of 2)" classname="fraud" time="1.250">
                    <error message="&lt;stopped&gt; &amp; \u{1b}[31m&quot;why&quot;\u{0}"/>
                </testcase>
            </testsuite>
            <testsuite name="orders" tests="2" skipped="1" errors="0" failures="1">
                <testcase name="one &lt;item&gt;" classname="orders" time="1.250">
                    <failure message="&lt;failed&gt; &amp; \u{1b}[31m&quot;why&quot;\u{0}">execution `x`:
          0.000s  A ]]&gt; \u{7}</failure>
                </testcase>
                <testcase name="killed" classname="orders" time="1.250">
                    <skipped message="&lt;skipped&gt; &amp; \u{1b}[31m&quot;why&quot;\u{0}"/>
                </testcase>
            </testsuite>
        </testsuites>
        "#);
    }

    #[test]
    fn what_is_written_can_be_read_again() {
        let text = junit(&report(), "dev").unwrap();
        assert_eq!(junit(&report(), "dev").unwrap(), text);
        let read = Report::deserialize_from_str(&text).unwrap();
        let failed = &read.test_suites[1].test_cases[0];
        assert_eq!(failed.name.as_str(), "one <item>");
        assert_eq!(
            (read.tests, read.failures, read.errors),
            (4, 1, 1),
            "{text}"
        );
    }
}
