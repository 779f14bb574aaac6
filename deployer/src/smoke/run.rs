//! Plays the chosen scenarios of a stage: those of a round side by side, one round after the other.

use std::sync::atomic::{AtomicBool, Ordering};

use futures::future::{join, join_all};

use super::choose::Choice;
use super::id::scenario_id;
use super::left;
use super::performance::{Played, play};
use super::report::{FAILED, Left, Removed, SmokeReport};
use super::scenario::Scenario;
use super::setting::{Run, Setting};
use crate::aws::Clients;
use crate::config::App;
use crate::error::Result;
use crate::event::{Event, Reporter, Stop};

/// Plays the scenarios on the stage that `clients` is connected to.
///
/// Where `stop` is requested, what still runs of the run is stopped, and what it sent and made is taken
/// away; the report says how much that was.
///
/// # Errors
///
/// Only what keeps the scenarios from being played, such as a workflow that is not deployed. A
/// scenario that does not hold is in the report.
pub async fn run(
    app: &App,
    clients: &Clients,
    choice: &Choice,
    stop: &Stop,
    reporter: &dyn Reporter,
) -> Result<SmokeReport> {
    let run = Run::new(app, clients, choice.keep, stop);
    let mut settings = Vec::new();
    for (workflow, scenarios) in &choice.scenarios {
        // Without an intake there are no scenarios either.
        if let Some(intake) = &app.workflow(workflow)?.intake {
            let setting = run.setting(workflow, &intake.execution_name).await?;
            settings.push((setting, scenarios.as_slice()));
        }
    }
    let done = AtomicBool::new(false);
    let mailboxes = settings.iter().flat_map(|(setting, _)| {
        let mailboxes = setting.mailboxes().into_iter();
        mailboxes.map(|mailbox| (mailbox, setting.pace))
    });
    let readers = mailboxes
        .map(|(mailbox, pace)| mailbox.serve(&clients.sqs, pace.interval, pace.last_wait, &done));
    let playing = async {
        let played = rounds(choice, &settings, reporter).await;
        finish(&settings, &played, stop, reporter).await;
        done.store(true, Ordering::Release);
        played
    };
    let playing = tell_stop(stop, reporter, playing);
    let (mut played, _) = join(playing, join_all(readers)).await;
    for scenario in &mut played {
        scenario.judge_afterwards(reporter);
    }
    report(&settings, played, stop, reporter).await
}

/// Says that the wish to stop was heard, as soon as it is there.
async fn tell_stop<T>(stop: &Stop, reporter: &dyn Reporter, playing: impl Future<Output = T>) -> T {
    let told = async {
        stop.requested().await;
        let text = "stopping the run; Ctrl-C again leaves at once".to_owned();
        reporter.report(&Event::Note { text });
        std::future::pending().await
    };
    tokio::select! {
        played = playing => played,
        played = told => played,
    }
}

/// Plays every scenario in each round, and returns them in the order of the files.
async fn rounds<'a>(
    choice: &Choice,
    settings: &'a [(Setting<'a>, &[Scenario])],
    reporter: &dyn Reporter,
) -> Vec<Played<'a>> {
    let mut number = 0;
    let mut rounds = Vec::new();
    for round in 1..=choice.repeat {
        let mut plays = Vec::new();
        for (setting, scenarios) in settings {
            for scenario in *scenarios {
                let id = scenario_id(&setting.run.id, number);
                number += 1;
                let name = choice.told(&scenario.name, round);
                plays.push(play(setting, scenario, name, id, reporter));
            }
        }
        rounds.push(join_all(plays).await.into_iter());
        if settings
            .iter()
            .any(|(setting, _)| setting.run.stop.is_requested())
        {
            break;
        }
    }
    let mut played = Vec::new();
    // One of each round in turn: the repetitions of a scenario stand together.
    loop {
        let before = played.len();
        played.extend(rounds.iter_mut().filter_map(Iterator::next));
        if played.len() == before {
            return played;
        }
    }
}

/// Waits until everything that belongs to the run is where it will stay.
#[expect(
    clippy::disallowed_methods,
    reason = "nobody can ask for what is still on its way"
)]
async fn finish(
    settings: &[(Setting<'_>, &[Scenario])],
    played: &[Played<'_>],
    stop: &Stop,
    reporter: &dyn Reporter,
) {
    if !stop.is_requested() {
        let settling = settings.iter().map(async |(setting, _)| {
            if let Err(reason) = setting.settle().await {
                let workflow = setting.workflow;
                let text = format!(
                    "{workflow}: {reason}; whether one of this run is given up later is not seen"
                );
                reporter.report(&Event::Warning { text });
            }
        });
        tokio::select! {
            () = stop.requested() => {}
            _ = join_all(settling) => {}
        }
    }
    if stop.is_requested() || played.iter().any(|played| played.outcome.status == FAILED) {
        // What a scenario that gave up has sent may still be on its way into the queues of failures.
        let lags = settings.iter().map(|(setting, _)| setting.pace.event_lag);
        tokio::time::sleep(lags.max().unwrap_or_default()).await;
    }
}

async fn report(
    settings: &[(Setting<'_>, &[Scenario])],
    played: Vec<Played<'_>>,
    stop: &Stop,
    reporter: &dyn Reporter,
) -> Result<SmokeReport> {
    let mut removed = Removed::default();
    let mut left: Vec<Left> = Vec::new();
    for (setting, _) in settings {
        for mailbox in setting.mailboxes().into_iter().chain([&setting.intake]) {
            if let Some(trouble) = mailbox.trouble() {
                let text = format!("{trouble}, so messages of this run may be in it");
                reporter.report(&Event::Warning { text });
            }
            removed.messages += mailbox.count();
        }
        if stop.is_requested()
            && !setting.run.keep
            && let Err(reason) = setting.drain().await
        {
            let workflow = setting.workflow;
            let text = format!(
                "{workflow}: {reason}; where they are of this run, they are handled after all, and what \
                 comes of them stays"
            );
            reporter.report(&Event::Warning { text });
        }
        if setting.run.keep {
            left.push(left::of(setting, &played).await?);
        }
    }
    for scenario in &played {
        removed += scenario.aftermath.removed;
    }
    let outcomes = played.into_iter().map(|played| played.outcome).collect();
    Ok(SmokeReport {
        removed: stop.is_requested().then_some(removed),
        left,
        ..SmokeReport::of(outcomes)
    })
}
