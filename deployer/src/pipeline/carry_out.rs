//! `up --plan`: the plan in a file, its templates and its zips, neither built nor linked again.

use std::time::Instant;

use camino::Utf8Path;

use super::connect::connect_or_start;
use super::lock::StageLock;
use super::prepare::Artifacts;
use super::replay::{Code, require_replay};
use super::rollout::{Rollout, UpOptions, publish_artifacts, require_consent, roll_out};
use super::session::Session;
use crate::aws::{Clients, failed, is_missing};
use crate::config::{ARTIFACTS, App};
use crate::deploy::apply::{Request, current};
use crate::deploy::plan::{PlanFile, PlannedArtifact, PlannedStack, meet_again, require_unmoved};
use crate::error::{Error, Kind, Result};
use crate::stack::Origin;

/// Carries out the plan in a file.
///
/// # Errors
///
/// A plan that was not made for this stage as it is now, zips that are gone, and as `up`.
pub async fn carry_out(
    session: &Session<'_>,
    path: &Utf8Path,
    options: UpOptions,
) -> Result<Rollout> {
    let start = Instant::now();
    let app = session.app;
    let _lock = StageLock::take(app, "up --plan", session.reporter).await?;
    let file = PlanFile::read(path, app)?;
    let clients = connect_or_start(app, session.reporter).await?;
    require_unmoved(&clients, &file.stacks).await?;
    let artifacts = find(app, &clients, &file.artifacts).await?;
    // Days may lie between a plan and its approval.
    let plan = meet_again(&clients, &file.plan).await?;
    let requests: Vec<Request> = file.stacks.iter().map(|stack| stack.request(app)).collect();
    let workflows = requests
        .iter()
        .filter(|request| request.workflow != ARTIFACTS && plan.changes(&request.stack));
    require_replay(session, &clients, workflows, Code::Zips(&artifacts)).await?;
    require_consent(session, &plan)?;
    let origin = Origin {
        revision: file.revision.clone(),
        deployed_by: clients.caller.clone(),
    };
    let (bucket, workflows): (Vec<_>, Vec<_>) = file
        .stacks
        .iter()
        .partition(|stack| stack.stack == app.artifact_stack_name());
    let request = |stack: &PlannedStack| stack.request(app).with_origin(&origin).approved();
    for bucket in bucket {
        publish_artifacts(session, &clients, &request(bucket), &artifacts).await?;
    }
    let workflows: Vec<Request> = workflows.into_iter().map(request).collect();
    let current = current(&clients, &workflows).await?;
    roll_out(session, &clients, &workflows, current, options, start).await
}

/// Returns the planned zips that are on this machine; the others must be in the bucket already.
async fn find(app: &App, clients: &Clients, planned: &[PlannedArtifact]) -> Result<Artifacts> {
    let bucket = app.artifact_bucket();
    let mut found = Artifacts::new();
    for artifact in planned {
        let function = &artifact.function;
        if let Some(zip) = artifact.find(app)? {
            found.insert(function.clone(), zip);
            continue;
        }
        let head = clients.s3.head_object().bucket(&bucket).key(&artifact.key);
        match head.send().await {
            Ok(_) => {}
            Err(error) if is_missing(&error) => {
                return Err(Error::new(
                    Kind::WrongState,
                    format!("the zip of `{function}` that the plan names is neither on this machine nor in the bucket `{bucket}`"),
                )
                .hint("carry the plan out where it was made, or bring the folder .deployer/artifacts along with it"));
            }
            Err(error) => {
                return Err(failed(format!(
                    "the artifact bucket `{bucket}` could not be read"
                ))(error));
            }
        }
    }
    Ok(found)
}
