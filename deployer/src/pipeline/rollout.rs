//! The tail of every deployment: consent, the artifact bucket with its zips, then the workflows side by side.

use std::time::{Duration, Instant};

use super::drain::{Marked, drain, open_after_failure};
use super::gradual::bring_up_by_shares;
use super::marker::Marker;
use super::prepare::Artifacts;
use super::session::Session;
use crate::aws::Clients;
use crate::deploy::apply::{Applied, Request, bring_up};
use crate::deploy::plan::{Plan, digest};
use crate::deploy::publish::send_artifacts;
use crate::deploy::verify::{Unverified, wait_until_ready};
use crate::error::{Error, Result};
use crate::event::Event;

/// How a deployment goes about its work.
#[derive(Debug, Clone, Copy, Default)]
pub struct UpOptions {
    /// For how long executions of what changes are waited for, its intake closed; without it nobody waits.
    pub drain: Option<Duration>,
}

/// What became of a stage.
#[derive(Debug)]
pub struct Rollout {
    /// The workflows' stacks that are ready.
    pub applied: Vec<Applied>,
    /// What stopped the others; one workflow that failed does not hide what became of another.
    pub failures: Vec<Error>,
    /// How long it took, in seconds.
    pub seconds: f64,
}

impl Rollout {
    /// Returns whether every stack was as it is to be already.
    pub fn is_unchanged(&self) -> bool {
        self.applied
            .iter()
            .all(|applied| applied.action == "unchanged")
    }
}

/// Refuses what AWS would refuse, and asks before a protected stage is changed, and before any stage
/// loses data, takes away what executions in flight may need, or undoes a rollback. Says what becomes of those.
pub(super) fn require_consent(session: &Session<'_>, plan: &Plan) -> Result<()> {
    let app = session.app;
    if let Some((resource, name)) = plan.refused().next() {
        return Err(Error::usage(format!(
            "`{resource}` would be replaced and keep the name `{name}`, which AWS refuses"
        ))
        .hint("give it another name, or none; `deployer plan` shows what replaces it"));
    }
    for text in plan.in_flight() {
        session.reporter.report(&Event::Note { text });
    }
    if plan.is_empty() {
        return Ok(());
    }
    let takes_away = plan.loses_data() || plan.breaks_executions() || plan.undoes_rollback();
    if !(app.stage.protect || takes_away) {
        return Ok(());
    }
    for text in digest(plan) {
        session.reporter.report(&Event::Note { text });
    }
    let what = format!("changing stage `{}`", app.stage_name);
    session.consent.confirm(&what)
}

/// Brings the artifact bucket's stack to the wanted state, and the zips into the bucket.
pub(super) async fn publish_artifacts(
    session: &Session<'_>,
    clients: &Clients,
    bucket: &Request,
    artifacts: &Artifacts,
) -> Result<()> {
    bring_up(&session.applier(clients), bucket).await?;
    send_artifacts(session.app, clients, artifacts, session.reporter).await?;
    Ok(())
}

/// Brings the workflows' stacks to the wanted state and waits until they take work; `current` has,
/// for each, the stack that is already so.
pub(super) async fn roll_out(
    session: &Session<'_>,
    clients: &Clients,
    workflows: &[Request],
    current: Vec<Option<Applied>>,
    options: UpOptions,
    start: Instant,
) -> Result<Rollout> {
    // What changes nothing waits for nobody.
    let marker = if current.iter().all(Option::is_some) {
        None
    } else {
        Marker::take(session, clients, "up").await?
    };
    let deployments = workflows
        .iter()
        .zip(current)
        .map(|(request, current)| deploy(session, clients, request, current, options));
    let outcomes = futures::future::join_all(deployments).await;
    if let Some(marker) = marker {
        marker.release().await?;
    }
    let (applied, failures): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    Ok(Rollout {
        applied: applied.into_iter().flatten().collect(),
        failures: failures.into_iter().filter_map(Result::err).collect(),
        seconds: start.elapsed().as_secs_f64(),
    })
}

async fn deploy(
    session: &Session<'_>,
    clients: &Clients,
    request: &Request,
    current: Option<Applied>,
    options: UpOptions,
) -> Result<Applied> {
    let reporter = session.reporter;
    let unverified = Unverified::of(session.app, &request.stack);
    let applied = match current {
        Some(applied) if !unverified.is_noted() => applied,
        current => {
            unverified.note()?;
            let applied = if let Some(applied) = current {
                wait_until_ready(clients, &applied).await?;
                applied
            } else {
                let done = change(session, clients, request, options).await;
                if done.is_err() && options.drain.is_some() {
                    open_after_failure(session, clients, request).await;
                }
                done?
            };
            unverified.clear()?;
            applied
        }
    };
    reporter.report(&Event::StackReady {
        workflow: applied.workflow.clone(),
        stack: applied.stack.clone(),
        action: applied.action,
        outputs: applied.outputs.clone(),
    });
    Ok(applied)
}

/// Changes a stack, and waits until it takes work.
async fn change(
    session: &Session<'_>,
    clients: &Clients,
    request: &Request,
    options: UpOptions,
) -> Result<Applied> {
    if let Some(patience) = options.drain {
        drain(session, clients, request, patience).await?;
    }
    let marked = Marked::of(clients, request).await?;
    let applied = if marked.is_marked {
        // Nothing begins on it meanwhile, so a share of it would tell nothing.
        bring_up(&session.applier(clients), &marked.request).await?
    } else {
        bring_up_by_shares(session, clients, request).await?
    };
    marked.open(session, clients, &applied).await?;
    Ok(applied)
}
