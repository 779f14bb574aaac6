//! A scenario from its first message until nothing of it is left.

use std::time::Instant;

use super::judge;
use super::look::Look;
use super::placeholder::Placeholders;
use super::play::Play;
use super::report::{FAILED, LeftItem, PASSED, Removed, SKIPPED, STOPPED, ScenarioOutcome};
use super::scenario::Scenario;
use super::setting::Setting;
use crate::event::{Event, Reporter};

/// A scenario that was played, or was to be.
pub(super) struct Played<'a> {
    pub(super) setting: &'a Setting<'a>,
    pub(super) outcome: ScenarioOutcome,
    /// What became of what it made.
    pub(super) aftermath: Aftermath,
    id: String,
    /// What may be in the queues of failures, once it has passed.
    expected: Failures,
}

/// What became of what a scenario made.
#[derive(Default)]
pub(super) struct Aftermath {
    pub(super) removed: Removed,
    pub(super) left: Vec<LeftItem>,
}

/// What a scenario expects in the queues of failures.
#[derive(Default)]
struct Failures {
    dead_letters: Vec<usize>,
    executions: Vec<String>,
}

/// What came of a scenario.
#[derive(Default)]
struct End {
    status: &'static str,
    reason: Option<String>,
    /// The histories of its executions, for people.
    history: Vec<String>,
    /// What may be otherwise on AWS.
    warnings: Vec<String>,
    aftermath: Aftermath,
    expected: Failures,
}

impl End {
    fn with(status: &'static str, reason: impl Into<String>) -> Self {
        Self {
            status,
            reason: Some(reason.into()),
            ..Self::default()
        }
    }
}

/// Plays a scenario under the name that it is told by.
pub(super) async fn play<'a>(
    setting: &'a Setting<'a>,
    scenario: &Scenario,
    name: String,
    id: String,
    reporter: &dyn Reporter,
) -> Played<'a> {
    let start = Instant::now();
    let fault = match (&scenario.kill, &scenario.stop) {
        (Some(_), _) => Some("only the local target can kill a process"),
        (None, Some(_)) => Some("only the local target can stop an execution after a step"),
        (None, None) if scenario.answers.iter().any(|answer| answer.via.is_some()) => {
            Some("only the local target keeps what is sent to people")
        }
        (None, None) => None,
    };
    let end = if let (Some(why), None) = (fault, setting.fault_endpoint) {
        End::with(SKIPPED, why)
    } else {
        Box::pin(perform(setting, scenario, &id)).await
    };
    let seconds = (start.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
    for warning in &end.warnings {
        let text = format!("{} {name}: {warning}", setting.workflow);
        reporter.report(&Event::Warning { text });
    }
    let played = Played {
        setting,
        outcome: ScenarioOutcome {
            workflow: setting.workflow.to_owned(),
            name,
            status: end.status,
            seconds,
            reason: end.reason,
            history: end.history,
        },
        aftermath: end.aftermath,
        id,
        expected: end.expected,
    };
    played.report(reporter);
    played
}

/// Plays a scenario, and leaves nothing of it behind where it is not to be kept.
async fn perform(setting: &Setting<'_>, scenario: &Scenario, id: &str) -> End {
    let stop = setting.run.stop;
    if stop.is_requested() {
        return End::with(STOPPED, "the run was stopped before it began");
    }
    let stage = setting.stage;
    let scenario = match (Placeholders { id, stage }).scenario(scenario) {
        Ok(filled) => filled,
        Err(error) => return End::with(FAILED, error.in_a_line()),
    };
    let play = Play::new(setting, &scenario, id);
    let mut end = tokio::select! {
        biased;
        () = stop.requested() => {
            if !setting.run.keep {
                // What could not be drained is told once, with the report.
                let _ = setting.drain().await;
            }
            End::with(STOPPED, "the run was stopped")
        }
        performed = play.perform() => match performed {
            Ok(()) => End { status: PASSED, ..End::default() },
            Err(reason) => End {
                history: play.histories().await,
                ..End::with(FAILED, reason)
            },
        },
    };
    end.warnings = play.large_results().await;
    let failing = play.failing().await;
    end.expected = Failures {
        dead_letters: scenario.expect.dead_letters.clone(),
        executions: failing.into_iter().map(str::to_owned).collect(),
    };
    match aftermath(&play).await {
        Ok(aftermath) => end.aftermath = aftermath,
        Err(reason) if end.status == PASSED => {
            end.status = FAILED;
            end.reason = Some(reason);
        }
        Err(reason) => {
            let first = end.reason.take().unwrap_or_default();
            end.reason = Some(format!("{first}; {reason}"));
        }
    }
    end
}

async fn aftermath(play: &Play<'_>) -> Result<Aftermath, String> {
    let mut aftermath = Aftermath::default();
    let done = if play.setting.run.keep {
        play.items_left().await.map(|left| aftermath.left = left)
    } else {
        let removed = play.clean_up().await;
        removed.map(|removed| aftermath.removed = removed)
    };
    done.map_err(|error| error.in_a_line())?;
    Ok(aftermath)
}

impl Played<'_> {
    /// Tells how it ended.
    fn report(&self, reporter: &dyn Reporter) {
        reporter.report(&Event::ScenarioFinished {
            workflow: self.outcome.workflow.clone(),
            name: self.outcome.name.clone(),
            status: self.outcome.status,
            seconds: self.outcome.seconds,
        });
    }

    /// Fails a scenario that passed where something of it got into a queue of failures since.
    pub(super) fn judge_afterwards(&mut self, reporter: &dyn Reporter) {
        if self.outcome.status != PASSED {
            return;
        }
        let id = &self.id;
        let executions: Vec<&str> = self
            .expected
            .executions
            .iter()
            .map(String::as_str)
            .collect();
        let looks = [
            judge::dead_letters(
                &self.expected.dead_letters,
                &self.setting.dead_letters_of(id),
            ),
            judge::failure_events(&executions, &self.setting.failures_of(id)),
            judge::undelivered(&self.setting.undelivered_of(id)),
        ];
        // What passed has found everything that it expected, so only what should not be is new.
        let wrong = looks.into_iter().find_map(|look| match look {
            Look::Never(reason) => Some(reason),
            Look::Found(()) | Look::NotYet(_) => None,
        });
        if let Some(reason) = wrong {
            self.outcome.status = FAILED;
            self.outcome.reason = Some(format!("after it had passed: {reason}"));
            self.report(reporter);
        }
    }
}
