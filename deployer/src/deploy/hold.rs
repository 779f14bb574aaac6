//! Executions that are paused while their workflow changes, rather than waited for, and let go on afterwards.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::{StreamExt as _, TryStreamExt as _};
use tokio::sync::Mutex;

use super::drain::execution_names;
use crate::aws::{self, Clients, Effect, Pace, executions_in, until};
use crate::config::App;
use crate::count::counted;
use crate::deploy::apply::Applier;
use crate::error::{Error, Result};
use crate::stack::HeldNote;

/// How many requests are under way at a time; how many a second is the rate's to say.
const AT_ONCE: usize = 16;

/// What a pause and its end say in the history of an execution.
const PAUSED: &str = "paused by `deployer up --drain`, which lets it go on when the change is done";
const RESUMED: &str = "the change that it was paused for is over";

/// The statuses of executions whose function may run.
const GOING: [&str; 2] = ["RUNNING", "PAUSING"];

/// Pauses the executions of an orchestrator that run, and waits until no function of theirs does. Returns the names of
/// those that have come to no checkpoint after `patience`. What is paused already stays as it is.
///
/// # Errors
///
/// They cannot be listed, noted or paused.
pub(crate) async fn hold(
    app: &App,
    applier: &Applier<'_>,
    workflow: &str,
    function: &str,
    patience: Duration,
) -> Result<Vec<String>> {
    let clients = applier.clients;
    let note = HeldNote::of(app, workflow);
    // Those of a deployment that was killed are held on.
    let held = Mutex::new(note.read(clients).await?);
    let asked = Mutex::new(BTreeSet::new());
    let left = Mutex::new(Vec::new());
    let pace = Pace::of_lists(clients.endpoint.as_deref(), patience);
    let rest = until(pace, || async {
        let going = going(clients, function).await?;
        let (mut held, mut asked) = (held.lock().await, asked.lock().await);
        let new: Vec<String> = going
            .iter()
            .filter(|(arn, runs)| *runs && !asked.contains(arn))
            .map(|(arn, _)| arn.clone())
            .collect();
        if !new.is_empty() {
            held.extend(new.iter().cloned());
            note.write(clients, &held).await?;
            let others = pause_all(clients, &new).await?;
            if !others.is_empty() {
                // Somebody was faster, or they have ended.
                held.retain(|arn| !others.contains(arn));
                note.write(clients, &held).await?;
            }
            let count = counted(held.len(), "execution");
            applier.note(format!("`{workflow}`: {count} held"));
            asked.extend(new);
        }
        let rest = going.is_empty();
        *left.lock().await = going.into_iter().map(|(arn, _)| arn).collect();
        Ok(rest.then_some(()))
    })
    .await?;
    Ok(match rest {
        Some(()) => Vec::new(),
        None => execution_names(&left.into_inner()),
    })
}

/// Lets what a deployment holds go on. Nothing where nothing is held.
///
/// # Errors
///
/// Some could not be resumed: the note stays, for whoever goes on.
pub(crate) async fn let_go(app: &App, applier: &Applier<'_>, workflow: &str) -> Result<()> {
    let clients = applier.clients;
    let note = HeldNote::of(app, workflow);
    let held = note.read(clients).await?;
    if held.is_empty() {
        return Ok(());
    }
    let resumed = futures::stream::iter(&held)
        .map(|arn| async move {
            clients.rates.changes.turn().await;
            aws::resume(clients, arn, Some(RESUMED)).await
        })
        .buffer_unordered(AT_ONCE);
    let resumed: Vec<Effect> = resumed.try_collect().await?;
    note.remove(clients).await?;
    let count = resumed.iter().filter(|effect| **effect == Effect::Done);
    let count = counted(count.count(), "execution");
    applier.note(format!("`{workflow}`: {count} that were held go on"));
    Ok(())
}

/// Pauses executions; returns those that were paused already, or have ended.
async fn pause_all(clients: &Clients, arns: &[String]) -> Result<BTreeSet<String>> {
    let paused = futures::stream::iter(arns)
        .map(|arn| async move {
            clients.rates.changes.turn().await;
            let effect = aws::pause(clients, arn, Some(PAUSED)).await?;
            Ok::<_, Error>((effect != Effect::Done).then(|| arn.clone()))
        })
        .buffer_unordered(AT_ONCE);
    let others: Vec<Option<String>> = paused.try_collect().await?;
    Ok(others.into_iter().flatten().collect())
}

/// Returns the executions whose function may run, and whether each has not been asked to pause.
async fn going(clients: &Clients, function: &str) -> Result<Vec<(String, bool)>> {
    let listed = executions_in(clients, function, &GOING).await?;
    Ok(listed
        .into_iter()
        .map(|execution| {
            let runs = execution.status().as_str() == "RUNNING";
            (execution.durable_execution_arn, runs)
        })
        .collect())
}
