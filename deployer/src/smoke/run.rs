//! Plays all scenarios of a stage side by side.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use aws_sdk_lambda::primitives::DateTime;
use futures::future::{join, join_all};

use super::deployed;
use super::execution::Orchestrator;
use super::load::load_scenarios;
use super::mailbox::{Mailbox, Sender};
use super::placeholder::Placeholders;
use super::play::{Play, Setting};
use super::report::{FAILED, PASSED, SKIPPED, ScenarioOutcome, SmokeReport};
use super::scenario::Scenario;
use crate::aws::Clients;
use crate::config::App;
use crate::error::Result;
use crate::event::{Event, Reporter};

/// How far the clock of this machine may be ahead of the service's.
const CLOCK_SKEW: Duration = Duration::from_mins(5);

/// Plays all scenarios of the workflows on the stage that `clients` is connected to.
///
/// # Errors
///
/// Only what keeps the scenarios from being played, such as a workflow that is not deployed. A
/// scenario that does not hold is in the report.
#[expect(
    clippy::disallowed_methods,
    reason = "nobody can ask for what is still on its way"
)]
pub async fn run(
    app: &App,
    clients: &Clients,
    workflows: &[String],
    reporter: &dyn Reporter,
) -> Result<SmokeReport> {
    let scenarios = load_scenarios(app, workflows)?;
    let run = Run::new(app, clients);
    let mut settings = Vec::new();
    for (workflow, scenarios) in &scenarios {
        // Without an intake there are no scenarios either.
        if let Some(intake) = &app.workflow(workflow)?.intake {
            let setting = run.setting(workflow, &intake.execution_name).await?;
            settings.push((workflow, setting, scenarios));
        }
    }
    let done = AtomicBool::new(false);
    let mut plays = Vec::new();
    let mut readers = Vec::new();
    for (workflow, setting, scenarios) in &settings {
        for mailbox in [&setting.dead_letters, &setting.failures] {
            readers.push(mailbox.serve(&clients.sqs, setting.interval, &done));
        }
        for scenario in *scenarios {
            // Ids have the same length, so none is the beginning of another.
            let id = format!("{}-{:03}", run.id, plays.len());
            plays.push(play(workflow, setting, scenario, id, reporter));
        }
    }
    let playing = async {
        let outcomes = join_all(plays).await;
        if outcomes.iter().any(|outcome| outcome.status == FAILED) {
            // What a scenario that gave up has sent may still be on its way into these queues.
            let lags = settings.iter().map(|(_, setting, _)| setting.event_lag);
            tokio::time::sleep(lags.max().unwrap_or_default()).await;
        }
        done.store(true, Ordering::Release);
        outcomes
    };
    let (outcomes, _) = join(playing, join_all(readers)).await;
    Ok(SmokeReport::of(outcomes))
}

/// What all workflows of a run share.
struct Run<'a> {
    app: &'a App,
    clients: &'a Clients,
    /// What tells the run from every other one; its labels and execution names contain it.
    id: String,
}

impl<'a> Run<'a> {
    fn new(app: &'a App, clients: &'a Clients) -> Self {
        Self {
            app,
            clients,
            id: run_id(),
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "what the run starts is told by its time"
    )]
    async fn setting(&self, workflow: &str, execution_name: &'a str) -> Result<Setting<'a>> {
        let Run { app, clients, .. } = *self;
        let deployment = deployed::find(app, clients, workflow).await?;
        let is_near = clients.is_near();
        Ok(Setting {
            clients,
            tables: &app.workflow(workflow)?.tables,
            stage: &app.stage_name,
            execution_name,
            executions: Orchestrator {
                clients: clients.clone(),
                function: deployment.function.clone(),
            },
            dead_letters: Mailbox::new(&deployment.dead_letter_url, Sender::Label, &self.id),
            failures: Mailbox::new(&deployment.failure_url, Sender::Execution, &self.id),
            deployment,
            since: DateTime::from(SystemTime::now() - CLOCK_SKEW),
            interval: if is_near {
                Duration::from_millis(200)
            } else {
                Duration::from_secs(2)
            },
            count_lag: if is_near {
                Duration::ZERO
            } else {
                Duration::from_secs(20)
            },
            event_lag: Duration::from_secs(if is_near { 1 } else { 10 }),
            fault_endpoint: clients
                .endpoint
                .as_deref()
                .filter(|_| app.uses_local_target()),
        })
    }
}

async fn play(
    workflow: &str,
    setting: &Setting<'_>,
    scenario: &Scenario,
    id: String,
    reporter: &dyn Reporter,
) -> ScenarioOutcome {
    let start = Instant::now();
    let (status, reason, history) = if scenario.kill.is_some() && setting.fault_endpoint.is_none() {
        (
            SKIPPED,
            Some("only the local target can kill a process".to_owned()),
            Vec::new(),
        )
    } else {
        match perform(setting, scenario, &id).await {
            Ok(()) => (PASSED, None, Vec::new()),
            Err(failed) => (FAILED, Some(failed.reason), failed.history),
        }
    };
    let seconds = (start.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
    let (workflow, name) = (workflow.to_owned(), scenario.name.clone());
    reporter.report(&Event::ScenarioFinished {
        workflow: workflow.clone(),
        name: name.clone(),
        status,
        seconds,
    });
    ScenarioOutcome {
        workflow,
        name,
        status,
        seconds,
        reason,
        history,
    }
}

/// A scenario that does not hold.
struct Failed {
    reason: String,
    /// The histories of its executions, for people.
    history: Vec<String>,
}

/// Plays a scenario and leaves nothing of it behind.
async fn perform(setting: &Setting<'_>, scenario: &Scenario, id: &str) -> Result<(), Failed> {
    let filled = Placeholders {
        id,
        stage: setting.stage,
    }
    .scenario(scenario);
    let scenario = filled.map_err(|error| Failed {
        reason: error.in_a_line(),
        history: Vec::new(),
    })?;
    let play = Play::new(setting, &scenario, id);
    let performed = play.perform().await;
    let history = if performed.is_err() {
        play.histories().await
    } else {
        Vec::new()
    };
    let cleaned = play.clean_up().await.map_err(|error| error.in_a_line());
    performed
        .and(cleaned)
        .map_err(|reason| Failed { reason, history })
}

/// Returns an id that no other run has, short because the names of executions may have 64 characters.
#[expect(
    clippy::disallowed_methods,
    reason = "the run is told from others by its time"
)]
fn run_id() -> String {
    let milliseconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_millis();
    format!(
        "smoke-{}{}",
        base36(milliseconds),
        base36(u128::from(std::process::id()))
    )
}

fn base36(mut number: u128) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut digits = Vec::new();
    loop {
        let digit = usize::try_from(number % 36)
            .ok()
            .and_then(|place| DIGITS.get(place));
        digits.extend(digit.map(|digit| char::from(*digit)));
        number /= 36;
        if number == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{base36, run_id};

    #[test]
    fn run_ids_are_short_and_fit_into_names() {
        let id = run_id();
        assert!(id.len() <= 22, "{id}");
        assert!(
            id.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
            "{id}"
        );
        for (number, text) in [
            (0, "0"),
            (35, "z"),
            (36, "10"),
            (1_700_000_000_000, "loyw3v28"),
        ] {
            assert_eq!(base36(number), text);
        }
    }
}
