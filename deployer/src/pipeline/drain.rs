//! `up --drain`: what is to change is closed and drained first.

use std::time::Duration;

use super::session::Session;
use crate::aws::Clients;
use crate::deploy::apply::{Applied, Request};
use crate::deploy::drain::{close_intake, did_not_end, wait_for_ends};
use crate::deploy::verify::{Unverified, wait_until_ready};
use crate::error::Result;
use crate::stack::{LiveStack, describe, set_protection};

/// Closes the intake of a stack that is about to change, and waits until its executions have ended; the change
/// opens it again.
///
/// # Errors
///
/// Executions that go on after `patience`, by name. Whoever asks opens the intake again then.
pub(super) async fn drain(
    session: &Session<'_>,
    clients: &Clients,
    request: &Request,
    patience: Duration,
) -> Result<()> {
    let Some(live) = describe(clients, &request.stack).await? else {
        return Ok(());
    };
    let applier = session.applier(clients);
    let workflow = &request.workflow;
    let mapping = live.outputs.mappings().next();
    close_intake(
        session.app,
        &applier,
        workflow,
        &request.stack,
        request.protect,
        mapping,
    )
    .await?;
    let Some(function) = live.outputs.orchestrator() else {
        return Ok(());
    };
    let left = wait_for_ends(&applier, workflow, function, patience).await?;
    if left.is_empty() {
        return Ok(());
    }
    let error = did_not_end(workflow, &left, patience, "nothing was changed");
    Err(error.hint(
        "its intake is open again; give more time with `--drain=2h`, or end them with `deployer executions stop`",
    ))
}

/// Opens the intake of a stack whose change has failed, or says that it is closed.
pub(super) async fn open_after_failure(
    session: &Session<'_>,
    clients: &Clients,
    request: &Request,
) {
    let opened = match describe(clients, &request.stack).await {
        Ok(Some(live)) => open_again(session, clients, request, &live).await,
        Ok(None) => Ok(()),
        Err(error) => Err(error),
    };
    if let Err(error) = opened {
        session.applier(clients).warn(format!(
            "the intake of `{}` stays closed until the next `deployer up`: {}",
            request.workflow,
            error.in_a_line()
        ));
    }
}

/// Opens the intake of a stack that is not changed after all.
async fn open_again(
    session: &Session<'_>,
    clients: &Clients,
    request: &Request,
    live: &LiveStack,
) -> Result<()> {
    wait_until_ready(clients, &Applied::standing(request, live)).await?;
    set_protection(clients, &request.stack, request.protect).await?;
    Unverified::of(session.app, &request.stack).clear()
}
