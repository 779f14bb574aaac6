//! `deployer up`: all the steps.

use std::collections::BTreeMap;
use std::time::Instant;

use camino::Utf8PathBuf;
use clap::Args;
use serde_json::json;

use super::super::context::Context;
use super::super::outcome::{Outcome, counted};
use super::plan::{bucket_request, carry_out, consent, link_once};
use crate::aws::Clients;
use crate::config::App;
use crate::deploy::apply::{Applied, Origin, Request};
use crate::deploy::build::{Artifact, build};
use crate::deploy::link::{Components, Published, link_workflow};
use crate::deploy::verify::{self, Unverified};
use crate::deploy::{apply, lint, plan, publish};
use crate::error::{Error, Kind, Result};
use crate::event::Event;
use crate::pipeline::lock::StageLock;
use crate::pipeline::revision::revision;

/// Builds, publishes and deploys, and waits until everything is ready
///
/// Without a workflow, all of them. Where nothing changed, nothing is done.
#[derive(Debug, Args)]
pub(in crate::cli) struct UpArguments {
    /// The workflows; by default all
    workflow: Vec<String>,
    /// Carries out the plan in this file, which `deployer plan --out FILE` wrote
    #[arg(long, conflicts_with = "workflow")]
    plan: Option<Utf8PathBuf>,
}

pub(super) async fn run(context: &Context, arguments: &UpArguments) -> Result<Outcome> {
    let start = Instant::now();
    let app = &context.app;
    if let Some(path) = &arguments.plan {
        let _lock = StageLock::take(app, "up --plan", context.reporter.as_ref()).await?;
        return carry_out(context, path, start).await;
    }
    let workflows = app.select(&arguments.workflow)?;
    lint::require_clean(app)?;
    let components = Components::load(&app.root)?;
    link_once(app, &components, &workflows)?;
    let functions: Vec<String> = app.functions(&workflows).into_keys().collect();
    // What is built is what is checked out at this moment; who changes nothing does not wait for git.
    let root = app.root.clone();
    let revision = tokio::spawn(async move { revision(&root).await });
    let (artifacts, clients) =
        tokio::try_join!(build_functions(context, &functions), connect(context))?;
    let _lock = StageLock::take(app, "up", context.reporter.as_ref()).await?;
    let published = published(app, &artifacts);
    let mut requests = requests(app, &components, &workflows, &published)?;
    let current = apply::current(&clients, &requests).await?;
    if current.iter().any(Option::is_none) {
        let origin = Origin {
            revision: revision.await.ok().flatten(),
            deployed_by: clients.caller.clone(),
        };
        requests = requests
            .into_iter()
            .map(|request| request.with_origin(&origin))
            .collect();
        let bucket = bucket_request(app, &components)?.with_origin(&origin);
        let pending: Vec<Request> = requests
            .iter()
            .zip(&current)
            .filter(|(_, current)| current.is_none())
            .map(|(request, _)| request.clone())
            .collect();
        let (plan, _) = plan::plan(app, &clients, &bucket, &pending).await?;
        consent(context, &plan)?;
        let bucket = bucket.approved();
        requests = requests.into_iter().map(Request::approved).collect();
        apply::deploy(&clients, &bucket, context, context.reporter.as_ref()).await?;
        publish::publish(app, &clients, &artifacts, context.reporter.as_ref()).await?;
        warn_of_unconfigured(context, &clients).await;
    }
    let outcomes = futures::future::join_all(
        requests
            .iter()
            .zip(current)
            .map(|(request, current)| deploy(context, &clients, request, current)),
    )
    .await;
    finish(app, outcomes, start)
}

/// A workflow that was renamed leaves its stack, queue and executions behind under the old name.
async fn warn_of_unconfigured(context: &Context, clients: &Clients) {
    // It only informs, so a role that may not list stacks deploys all the same.
    let workflows = apply::unconfigured_workflows(&context.app, clients).await;
    for workflow in workflows.unwrap_or_default() {
        let stack = context.app.stack_name(&workflow);
        context.reporter.report(&Event::Warning {
            text: format!(
                "the stack `{stack}` is of a workflow that config/app.yaml no longer has; \
                 `deployer destroy` without a workflow's name deletes it too"
            ),
        });
    }
}

/// Returns where the zips will be once they are published.
pub(super) fn published(app: &App, artifacts: &BTreeMap<String, Artifact>) -> Published {
    Published {
        bucket: app.artifact_bucket(),
        keys: artifacts
            .iter()
            .map(|(function, artifact)| (function.clone(), artifact.key()))
            .collect(),
    }
}

pub(super) async fn build_functions(
    context: &Context,
    functions: &[String],
) -> Result<BTreeMap<String, Artifact>> {
    let start = Instant::now();
    let count = counted(functions.len(), "function");
    context.reporter.report(&Event::StepStarted {
        step: "build",
        text: format!("{count}, profile {}", context.app.stage.build_profile),
    });
    let artifacts = build(&context.app, functions, context.reporter.as_ref()).await?;
    let seconds = start.elapsed().as_secs_f64();
    context.reporter.report(&Event::StepFinished {
        step: "build",
        text: format!("{count} built"),
        seconds,
    });
    Ok(artifacts)
}

pub(super) async fn connect(context: &Context) -> Result<Clients> {
    let endpoint = context.start_local().await?;
    Clients::connect(&context.app, endpoint.as_deref()).await
}

pub(super) fn requests(
    app: &App,
    components: &Components,
    workflows: &[String],
    published: &Published,
) -> Result<Vec<Request>> {
    workflows
        .iter()
        .map(|workflow| {
            Ok(Request::new(
                app,
                workflow,
                app.stack_name(workflow),
                link_workflow(app, components, workflow, published)?,
            ))
        })
        .collect()
}

pub(super) async fn deploy(
    context: &Context,
    clients: &Clients,
    request: &Request,
    current: Option<Applied>,
) -> Result<Applied> {
    let reporter = context.reporter.as_ref();
    let unverified = Unverified::of(&context.app, &request.stack);
    let applied = match current {
        Some(applied) if !unverified.is_noted() => applied,
        current => {
            unverified.note()?;
            let applied = match current {
                Some(applied) => applied,
                None => apply::deploy(clients, request, context, reporter).await?,
            };
            verify::verify(clients, &applied).await?;
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

/// One workflow that failed does not hide what became of another.
pub(super) fn finish(app: &App, outcomes: Vec<Result<Applied>>, start: Instant) -> Result<Outcome> {
    let (done, failed): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    let done: Vec<Applied> = done.into_iter().flatten().collect();
    let failed: Vec<Error> = failed.into_iter().filter_map(Result::err).collect();
    if let Some(error) = all_in_one(failed) {
        let lines: Vec<String> = done.iter().flat_map(format_applied).collect();
        return Err(if lines.is_empty() {
            error
        } else {
            error.beside(lines.join("\n"))
        });
    }
    let seconds = start.elapsed().as_secs_f64();
    let unchanged = done.iter().all(|applied| applied.action == "unchanged");
    let stage = &app.stage_name;
    let mut lines: Vec<String> = done.iter().flat_map(format_applied).collect();
    lines.push(if unchanged {
        format!("Nothing changed: stage {stage} is up to date ({seconds:.1} s).")
    } else {
        format!(
            "Stage {stage} is ready ({seconds:.1} s). Next: deployer smoke-test --stage {stage}"
        )
    });
    let stacks: Vec<_> = done
        .iter()
        .map(|applied| json!({ "workflow": applied.workflow, "stack": applied.stack, "action": applied.action, "outputs": applied.outputs }))
        .collect();
    Ok(Outcome::done(
        lines.join("\n"),
        json!({ "event": "result", "changed": !unchanged, "seconds": seconds, "stacks": stacks }),
    ))
}

/// Returns one error that says what stopped each workflow.
fn all_in_one(mut failed: Vec<Error>) -> Option<Error> {
    if failed.len() < 2 {
        return failed.pop();
    }
    let first = failed.first().map_or(Kind::Deployment, Error::kind);
    let alike = failed.iter().all(|failure| failure.kind() == first);
    let kind = if alike { first } else { Kind::Deployment };
    let error = Error::new(
        kind,
        format!("{} workflows were not deployed", failed.len()),
    );
    Some(failed.iter().fold(error, |error, failure| {
        let causes = failure.causes().into_iter();
        let mut lines = vec![failure.to_string()];
        lines.extend(causes.map(|cause| format!("  caused by: {cause}")));
        lines.extend(failure.way_out().map(|hint| format!("  hint: {hint}")));
        error.detail(lines.join("\n"))
    }))
}

fn format_applied(applied: &Applied) -> Vec<String> {
    const SHOWN: [(&str, &str); 4] = [
        ("OrchestratorAliasArn", "orchestrator"),
        ("IntakeQueueUrl", "queue"),
        ("IntakeDeadLetterQueueUrl", "dead letters"),
        ("OrchestratorFailureQueueUrl", "failed executions"),
    ];
    let mut lines = vec![format!("{} {}", applied.workflow, applied.action)];
    for (output, name) in SHOWN {
        lines.extend(
            applied
                .outputs
                .get(output)
                .map(|value| format_line(name, value)),
        );
    }
    for (output, value) in &applied.outputs {
        if let Some(table) = output.strip_suffix("TableName") {
            lines.push(format_line(
                &format!("table {}", table.to_lowercase()),
                value,
            ));
        }
    }
    lines.push(String::new());
    lines
}

fn format_line(name: &str, value: &str) -> String {
    format!("  {name:<20} {value}")
}
