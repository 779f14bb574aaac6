//! `deployer plan`: what `up` would do, and `up --plan`: exactly that.

use std::collections::BTreeMap;
use std::time::Instant;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use serde_json::json;

use super::super::confirm::confirm;
use super::super::context::Context;
use super::super::outcome::Outcome;
use super::up;
use crate::aws::{Clients, failed, is_missing};
use crate::config::App;
use crate::deploy::apply::{Origin, Request};
use crate::deploy::build::Artifact;
use crate::deploy::link::{Components, Published, artifact_template, link_workflow};
use crate::deploy::plan::{Plan, PlanFile, PlannedArtifact, digest, plan, require_unmoved, text};
use crate::deploy::{apply, lint, publish};
use crate::error::{Error, Kind, Result};
use crate::event::Event;
use crate::pipeline::revision::revision;

/// The exit code that says that there are differences, where it was asked for.
const DIFFERENCES: u8 = 11;

/// Shows what `up` would do, by property, and does none of it
///
/// Builds the functions, because their hashes are part of what is deployed, and reads the live stacks.
#[derive(Debug, Args)]
pub(in crate::cli) struct PlanArguments {
    /// The workflows; by default all
    workflow: Vec<String>,
    /// Writes the plan into this file, for `deployer up --plan FILE`
    #[arg(long)]
    out: Option<Utf8PathBuf>,
    /// Ends with exit code 11 where there are differences
    #[arg(long)]
    exit_code: bool,
}

pub(super) async fn run(context: &Context, arguments: &PlanArguments) -> Result<Outcome> {
    let app = &context.app;
    let workflows = app.select(&arguments.workflow)?;
    lint::require_clean(app)?;
    let components = Components::load(&app.root)?;
    link_once(app, &components, &workflows)?;
    // Before the long build: a plan never starts what it is to look at.
    let clients = context.connect().await?;
    let origin = Origin {
        revision: revision(&app.root).await,
        deployed_by: clients.caller.clone(),
    };
    let functions: Vec<String> = app.functions(&workflows).into_keys().collect();
    let artifacts = up::build_functions(context, &functions).await?;
    let published = up::published(app, &artifacts);
    let requests: Vec<Request> = up::requests(app, &components, &workflows, &published)?
        .into_iter()
        .map(|request| request.with_origin(&origin))
        .collect();
    let bucket = bucket_request(app, &components)?.with_origin(&origin);
    let (plan, stacks) = plan(app, &clients, &bucket, &requests).await?;

    let mut document = json!({ "changes": !plan.is_empty() });
    if let (Some(fields), Ok(serde_json::Value::Object(plan))) =
        (document.as_object_mut(), serde_json::to_value(&plan))
    {
        fields.extend(plan);
    }
    let mut words = text(&plan);
    let exit_code = if arguments.exit_code && !plan.is_empty() {
        DIFFERENCES
    } else {
        0
    };
    if let Some(path) = &arguments.out {
        PlanFile::new(app, origin.revision, plan, &artifacts, stacks).write(path)?;
        let stage = &app.stage_name;
        words =
            format!("{words}\nWritten to {path}. Next: deployer up --stage {stage} --plan {path}");
    }
    Ok(Outcome {
        exit_code,
        ..Outcome::done(words, document)
    })
}

/// Links before the long steps: a template that refers to nothing, or tells a secret, is found at once.
pub(super) fn link_once(app: &App, components: &Components, workflows: &[String]) -> Result<()> {
    for workflow in workflows {
        let template = link_workflow(app, components, workflow, &Published::placeholder(app))?;
        lint::require_sound(&template)?;
    }
    Ok(())
}

pub(super) fn bucket_request(app: &App, components: &Components) -> Result<Request> {
    Ok(Request::new(
        app,
        "artifacts",
        app.artifact_stack_name(),
        artifact_template(app, components)?,
    ))
}

/// Asks before a protected stage is changed, and before any stage loses data.
pub(super) fn consent(context: &Context, plan: &Plan) -> Result<()> {
    let app = &context.app;
    if plan.is_empty() || !(app.stage.protect || plan.loses_data()) {
        return Ok(());
    }
    for text in digest(plan) {
        context.reporter.report(&Event::Note { text });
    }
    confirm(context, &format!("changing stage `{}`", app.stage_name))
}

/// Carries out the plan in a file: its templates and its zips, neither built nor linked again.
pub(super) async fn carry_out(
    context: &Context,
    path: &Utf8Path,
    start: Instant,
) -> Result<Outcome> {
    let app = &context.app;
    let file = PlanFile::read(path, app)?;
    let clients = up::connect(context).await?;
    require_unmoved(&clients, &file.stacks).await?;
    let artifacts = find(app, &clients, &file.artifacts).await?;
    consent(context, &file.plan)?;
    let origin = Origin {
        revision: file.revision.clone(),
        deployed_by: clients.caller.clone(),
    };
    let (bucket, workflows): (Vec<Request>, Vec<Request>) = file
        .stacks
        .iter()
        .map(|stack| stack.request(app).with_origin(&origin).approved())
        .partition(|request| request.workflow == "artifacts");
    for request in &bucket {
        apply::deploy(&clients, request, context, context.reporter.as_ref()).await?;
        publish::publish(app, &clients, &artifacts, context.reporter.as_ref()).await?;
    }
    let current = apply::current(&clients, &workflows).await?;
    let outcomes = futures::future::join_all(
        workflows
            .iter()
            .zip(current)
            .map(|(request, current)| up::deploy(context, &clients, request, current)),
    )
    .await;
    up::finish(app, outcomes, start)
}

/// Returns the planned zips that are on this machine; the others must be in the bucket already.
async fn find(
    app: &App,
    clients: &Clients,
    planned: &[PlannedArtifact],
) -> Result<BTreeMap<String, Artifact>> {
    let bucket = app.artifact_bucket();
    let mut found = BTreeMap::new();
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
