//! `rollback`: new executions start on a version of before, at once; nothing is built.

use std::time::Instant;

use super::connect::connect;
use super::drain::Marked;
use super::lock::StageLock;
use super::marker::Marker;
use super::session::Session;
use crate::aws::{Clients, alias, count_unfinished, versions};
use crate::deploy::apply::{Request, bring_up};
use crate::deploy::rollback::on_version;
use crate::error::{Error, Kind, Result};
use crate::stack::{LiveStack, Standing, deployed_template, describe, standing};

/// What a rollback did.
#[derive(Debug, Clone, PartialEq)]
pub struct RolledBack {
    /// The workflow.
    pub workflow: String,
    /// The version that executions started on.
    pub from: String,
    /// The version that they start on now.
    pub to: String,
    /// How many executions of the former go on there; nothing where that is not known.
    pub in_flight: Option<usize>,
    /// How long it took, in seconds.
    pub seconds: f64,
}

/// Moves a workflow's alias to the version before, or to this one.
///
/// # Errors
///
/// The workflow is not deployed or its stack at work; there is no such version; nobody agreed on a protected stage;
/// CloudFormation refused.
pub async fn rollback(
    session: &Session<'_>,
    workflow: &str,
    to: Option<u64>,
) -> Result<RolledBack> {
    let start = Instant::now();
    let app = session.app;
    app.select(&[workflow.to_owned()])?;
    let clients = connect(app).await?;
    let _lock = StageLock::take(app, "rollback", session.reporter).await?;
    let stack = app.stack_name(workflow);
    let absent = || {
        let what = format!(
            "the workflow `{workflow}` is not deployed on stage `{}`",
            app.stage_name
        );
        Error::new(Kind::WrongState, what)
    };
    let live = describe(&clients, &stack).await?.ok_or_else(absent)?;
    if standing(Some(&live.status)) != Standing::Ready {
        let what = format!("the stack `{stack}` is in {}", live.status.as_str());
        return Err(Error::new(Kind::WrongState, what)
            .hint("`deployer up` leads it out of that; then go back"));
    }
    let function = live.outputs.orchestrator().ok_or_else(absent)?;
    let from = aliased(&clients, &live, function).await?;
    let to = choose(&clients, function, from, to).await?;
    let template = on_version(&deployed_template(&clients, &stack).await?, &to.to_string())?;
    if app.stage.protect {
        let what = format!("moving `{workflow}` from version {from} back to version {to}");
        session.consent.confirm(&what)?;
    }
    let mut request = Request::for_workflow(app, workflow, template).approved();
    // What the stack is marked with stays: only the alias moves.
    request.tags.clone_from(&live.tags);
    let marker = Marker::take(session, &clients, "rollback").await?;
    let moved = move_alias(session, &clients, &request).await;
    if let Some(marker) = marker {
        marker.release().await?;
    }
    moved?;
    let unfinished = count_unfinished(&clients, function).await.ok();
    let in_flight = unfinished.map(|unfinished| {
        let of = unfinished.by_version.get(&from.to_string());
        of.copied().unwrap_or_default()
    });
    Ok(RolledBack {
        workflow: workflow.to_owned(),
        from: from.to_string(),
        to: to.to_string(),
        in_flight,
        seconds: start.elapsed().as_secs_f64(),
    })
}

/// Brings the stack to where the alias is to stand, and opens it where a deployment that was killed left it closed.
async fn move_alias(session: &Session<'_>, clients: &Clients, request: &Request) -> Result<()> {
    let marked = Marked::of(clients, request).await?;
    let applied = bring_up(&session.applier(clients), &marked.request).await?;
    marked.open(session, clients, &applied).await
}

/// Returns the version that the alias stands on.
async fn aliased(clients: &Clients, live: &LiveStack, function: &str) -> Result<u64> {
    let name = live.outputs.orchestrator_alias_name().unwrap_or_default();
    let alias = alias(&clients.lambda, function, name).await?;
    let version = alias.function_version().unwrap_or_default();
    version.parse().map_err(|_| {
        Error::new(
            Kind::WrongState,
            format!("the alias of `{function}` stands on `{version}`, which is no version"),
        )
    })
}

async fn choose(clients: &Clients, function: &str, from: u64, to: Option<u64>) -> Result<u64> {
    let listed = versions(clients, function).await?;
    let numbers = listed
        .iter()
        .filter_map(|version| version.version()?.parse().ok());
    let there: Vec<u64> = numbers.collect();
    let chosen = match to {
        Some(to) => there
            .iter()
            .copied()
            .find(|version| *version == to && to != from),
        None => there
            .iter()
            .copied()
            .filter(|version| *version < from)
            .max(),
    };
    chosen.ok_or_else(|| {
        let what = match to {
            Some(to) if to == from => format!("`{function}` stands on version {to} already"),
            Some(to) => format!("`{function}` has no version {to}"),
            None => format!("`{function}` has no version before {from}"),
        };
        let there: Vec<String> = there.iter().map(ToString::to_string).collect();
        Error::new(Kind::WrongState, what).hint(format!("its versions: {}", there.join(", ")))
    })
}
