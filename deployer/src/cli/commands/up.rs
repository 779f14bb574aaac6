//! `deployer up`: from the source to a verified deployment.

use camino::Utf8PathBuf;
use clap::Args;
use serde_json::json;

use super::super::context::Context;
use super::super::outcome::Outcome;
use super::smoke_test;
use crate::config::{App, Span};
use crate::count::counted;
use crate::deploy::apply::Applied;
use crate::error::{Error, Result};
use crate::page::address_beside;
use crate::pipeline::{
    Deployed, RolledBack, Rollout, TakenBack, UpOptions, carry_out, take_back_failed, up,
};
use crate::smoke::{Choice, Wanted};

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
    /// Closes the intake of what changes and waits until its executions have ended, for so long; changes nothing of
    /// it where some go on then
    #[arg(long, value_name = "DURATION", num_args = 0..=1, require_equals = true, default_missing_value = "1h")]
    drain: Option<Span>,
    /// Runs the smoke test of the workflows afterwards; `failed_smoke_test: roll-back` in the stage's file takes
    /// back those that fail
    #[arg(long)]
    smoke: bool,
}

pub(in crate::cli) async fn run(context: &Context, arguments: &UpArguments) -> Result<Outcome> {
    let options = UpOptions {
        drain: arguments.drain.map(Span::duration),
    };
    let rollout = match &arguments.plan {
        Some(path) => carry_out(&context.session(), path, options).await?,
        None => up(&context.session(), &arguments.workflow, options).await?,
    };
    let deployed = Deployed::by(&rollout);
    let outcome = finish(&context.app, rollout)?;
    if arguments.smoke {
        after_smoke_test(context, &deployed, outcome).await
    } else {
        Ok(outcome)
    }
}

/// Runs the smoke test of what was deployed, and takes back what fails where the stage says so.
async fn after_smoke_test(
    context: &Context,
    deployed: &Deployed,
    mut outcome: Outcome,
) -> Result<Outcome> {
    let app = &context.app;
    let choice = Choice::of(app, &deployed.workflows, &Wanted::default())?;
    let report = smoke_test::play(context, &choice).await?;
    let tested = smoke_test::told(&report, &app.stage_name)?;
    let TakenBack {
        done: back,
        failure,
    } = take_back_failed(&context.session(), deployed, &report).await;
    let mut lines = vec![std::mem::take(&mut outcome.text), tested.text];
    lines.extend(back.iter().map(rolled_back));
    outcome.text = lines.join("\n");
    if let Some(failure) = failure {
        return Err(failure.beside(outcome.text));
    }
    outcome.exit_code = tested.exit_code;
    if let Some(fields) = outcome.document.as_object_mut() {
        let back: Vec<&String> = back.iter().map(|done| &done.workflow).collect();
        fields.insert("smoke_test".to_owned(), tested.document);
        fields.insert("rolled_back".to_owned(), json!(back));
    }
    Ok(outcome)
}

fn rolled_back(done: &RolledBack) -> String {
    let RolledBack {
        workflow, from, to, ..
    } = done;
    let left = match done.in_flight {
        Some(0) => format!("nothing goes on on version {from}"),
        Some(count) => format!(
            "{} of version {from} finish there",
            counted(count, "execution")
        ),
        None => format!("what goes on on version {from} is not known"),
    };
    format!(
        "{workflow} is back on version {to}, because the smoke test of version {from} failed; {left}. \
         Workers and tables stay as they were deployed."
    )
}

/// Shows what became of the stage; what stopped one workflow does not hide what became of another.
fn finish(app: &App, rollout: Rollout) -> Result<Outcome> {
    let stage = &app.stage_name;
    let unchanged = rollout.is_unchanged();
    let Rollout {
        applied,
        failures,
        seconds,
    } = rollout;
    let mut lines: Vec<String> = applied.iter().flat_map(format_applied).collect();
    let summary = |count| format!("{count} workflows were not deployed");
    if let Some(error) = Error::several(failures, summary) {
        return Err(if lines.is_empty() {
            error
        } else {
            error.beside(lines.join("\n"))
        });
    }
    // The local target has its page beside it.
    let page = app
        .uses_local_target()
        .then(|| address_beside(app))
        .flatten();
    lines.extend(
        page.iter()
            .map(|address| format!("What runs is shown at {address}")),
    );
    lines.push(if unchanged {
        format!("Nothing changed: stage {stage} is up to date ({seconds:.1} s).")
    } else {
        format!(
            "Stage {stage} is ready ({seconds:.1} s). Next: deployer smoke-test --stage {stage}, deployer ui --stage {stage}"
        )
    });
    let stacks: Vec<_> = applied
        .iter()
        .map(|applied| json!({ "workflow": applied.workflow, "stack": applied.stack, "action": applied.action, "outputs": applied.outputs }))
        .collect();
    Ok(Outcome::done(
        lines.join("\n"),
        json!({
            "event": "result",
            "changed": !unchanged,
            "seconds": seconds,
            "stacks": stacks,
            "page": page,
        }),
    ))
}

fn format_applied(applied: &Applied) -> Vec<String> {
    let outputs = &applied.outputs;
    let mut lines = vec![format!("{} {}", applied.workflow, applied.action)];
    let alias = outputs.orchestrator_alias();
    lines.extend(alias.map(|arn| format_line("orchestrator", arn)));
    lines.extend(
        outputs
            .main_queues()
            .map(|(role, url)| format_line(role, url)),
    );
    lines.extend(outputs.tables().map(|(table, name)| {
        let table = format!("table {}", table.to_lowercase());
        format_line(&table, name)
    }));
    lines.push(String::new());
    lines
}

fn format_line(name: &str, value: &str) -> String {
    format!("  {name:<20} {value}")
}
