//! `up`: everything from the source to stacks that take work; what is so already costs two calls a stack.

use std::time::Instant;

use super::connect::connect_or_start;
use super::lock::StageLock;
use super::prepare::Prepared;
use super::replay::{Code, require_replay};
use super::revision::revision;
use super::rollout::{Rollout, UpOptions, publish_artifacts, require_consent, roll_out};
use super::session::Session;
use crate::aws::Clients;
use crate::deploy::apply::{Request, current};
use crate::deploy::plan::plan_stage;
use crate::deploy::publish::published;
use crate::error::Result;
use crate::event::Event;
use crate::stack::{Origin, unconfigured_workflows};

/// Builds, publishes and deploys the chosen workflows, and waits until they are ready; none chosen means all.
///
/// # Errors
///
/// What stopped all of them, or the whole; what stopped one of several is in [`Rollout::failures`].
pub async fn up(session: &Session<'_>, chosen: &[String], options: UpOptions) -> Result<Rollout> {
    let start = Instant::now();
    let app = session.app;
    let prepared = Prepared::new(app, chosen)?;
    // What is built is what is checked out at this moment; who changes nothing does not wait for git.
    let root = app.root.clone();
    let revision = tokio::spawn(async move { revision(&root).await });
    let (artifacts, clients) = tokio::try_join!(
        prepared.build(session),
        connect_or_start(app, session.reporter)
    )?;
    let _lock = StageLock::take(app, "up", session.reporter).await?;
    let mut stacks = prepared.link(&published(app, &artifacts))?;
    let current = current(&clients, &stacks.workflows).await?;
    if current.iter().any(Option::is_none) {
        let origin = Origin {
            revision: revision.await.ok().flatten(),
            deployed_by: clients.caller.clone(),
        };
        stacks = stacks.with_origin(&origin);
        let pending: Vec<Request> = stacks
            .workflows
            .iter()
            .zip(&current)
            .filter(|(_, current)| current.is_none())
            .map(|(request, _)| request.clone())
            .collect();
        let planned = plan_stage(app, &clients, &stacks.bucket, &pending).await?;
        require_replay(session, &clients, pending.iter(), Code::Source).await?;
        require_consent(session, &planned.plan)?;
        stacks = stacks.replaced_by(planned.workflows).approved();
        publish_artifacts(session, &clients, &stacks.bucket, &artifacts).await?;
        warn_of_unconfigured(session, &clients).await;
    }
    roll_out(
        session,
        &clients,
        &stacks.workflows,
        current,
        options,
        start,
    )
    .await
}

/// A workflow that was renamed leaves its stack, queue and executions behind under the old name.
async fn warn_of_unconfigured(session: &Session<'_>, clients: &Clients) {
    // It only informs, so a role that may not list stacks deploys all the same.
    let workflows = unconfigured_workflows(session.app, clients).await;
    for workflow in workflows.unwrap_or_default() {
        let stack = session.app.stack_name(&workflow);
        session.reporter.report(&Event::Warning {
            text: format!(
                "the stack `{stack}` is of a workflow that config/app.yaml no longer has; \
                 `deployer destroy` without a workflow's name deletes it too"
            ),
        });
    }
}
