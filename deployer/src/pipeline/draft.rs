//! `plan`: what `up` would do, and all that is needed to do exactly that later.

use super::connect::connect;
use super::prepare::Prepared;
use super::replay::{Code, require_replay};
use super::revision::revision;
use super::session::Session;
use crate::deploy::plan::{PlanFile, plan_stage};
use crate::deploy::publish::published;
use crate::error::Result;
use crate::stack::Origin;

/// Returns what `up` would do to the chosen workflows, as it is kept in a file; none chosen means all.
/// Nothing is changed.
///
/// The functions are built, because their hashes are part of what is deployed.
///
/// # Errors
///
/// As `up` before it changes anything; a local target that does not run, too.
pub async fn draft(session: &Session<'_>, chosen: &[String]) -> Result<PlanFile> {
    let app = session.app;
    let prepared = Prepared::new(app, chosen)?;
    // Before the long build: a plan never starts what it is to look at.
    let clients = connect(app).await?;
    let origin = Origin {
        revision: revision(&app.root).await,
        deployed_by: clients.caller.clone(),
    };
    let artifacts = prepared.build(session).await?;
    let stacks = prepared
        .link(&published(app, &artifacts))?
        .with_origin(&origin);
    let planned = plan_stage(app, &clients, &stacks.bucket, &stacks.workflows).await?;
    let changed = planned.workflows.iter();
    let changed = changed.filter(|request| planned.plan.changes(&request.stack));
    require_replay(session, &clients, changed, Code::Source).await?;
    Ok(PlanFile::new(
        app,
        origin.revision,
        planned.plan,
        &artifacts,
        planned.stacks,
    ))
}
