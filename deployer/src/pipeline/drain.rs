//! `up --drain`: what is to change is closed and drained first, and opened again whatever becomes of the change.
//!
//! A stack whose intake is closed, or whose executions are held, has a mark: its termination protection is turned the
//! other way round. It stays until the intake is open and the executions go on, so that an `up` after a kill, on any
//! machine, sees it.

use std::time::Duration;

use super::session::Session;
use crate::aws::Clients;
use crate::config::DrainBy;
use crate::deploy::apply::{Applied, Request};
use crate::deploy::drain::{close_intake, did_not, wait_for_ends};
use crate::deploy::hold::{hold, let_go};
use crate::deploy::verify::{Unverified, wait_until_ready};
use crate::error::Result;
use crate::stack::{LiveStack, describe, set_protection};

/// Closes the intake of a stack that is about to change, and waits until its executions have ended, or pauses them
/// where the stage says so.
///
/// # Errors
///
/// Executions that go on after `patience`, by name. Whoever asks opens the stack again then.
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
    let (app, workflow) = (session.app, &request.workflow);
    let mapping = live.outputs.mappings().next();
    close_intake(
        app,
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
    let by = app.stage.deployment.drain;
    let (left, what, hint) = match by {
        DrainBy::Wait => (
            wait_for_ends(&applier, workflow, function, patience).await?,
            "end",
            "its intake is open again; give more time with `--drain=2h`, or end them with `deployer executions stop`",
        ),
        DrainBy::Pause => (
            hold(app, &applier, workflow, function, patience).await?,
            "come to a checkpoint",
            "its intake is open again, and what was paused goes on; give more time with `--drain=2h`",
        ),
    };
    if left.is_empty() {
        return Ok(());
    }
    let error = did_not(what, workflow, &left, patience, "nothing was changed");
    Err(error.hint(hint))
}

/// A stack that is changed, with the mark that it has.
pub(super) struct Marked {
    /// What is asked of CloudFormation: the mark stays.
    pub(super) request: Request,
    /// Whether it has one.
    pub(super) is_marked: bool,
}

impl Marked {
    /// Reads whether the stack is marked: by this deployment, or by one that was killed.
    ///
    /// # Errors
    ///
    /// The stack could not be described.
    pub(super) async fn of(clients: &Clients, request: &Request) -> Result<Self> {
        let live = describe(clients, &request.stack).await?;
        let is_marked = live.is_some_and(|live| live.protected != request.protect);
        let mut request = request.clone();
        if is_marked {
            request.protect = !request.protect;
        }
        Ok(Self { request, is_marked })
    }

    /// Waits until the stack takes work, lets go on what was held, and takes the mark away.
    ///
    /// # Errors
    ///
    /// As [`wait_until_ready`]; what is held could not be resumed, or the mark not be taken away.
    pub(super) async fn open(
        &self,
        session: &Session<'_>,
        clients: &Clients,
        applied: &Applied,
    ) -> Result<()> {
        wait_until_ready(clients, applied).await?;
        if self.is_marked {
            let with = session.applier(clients);
            let_go(session.app, &with, &self.request.workflow).await?;
            let (stack, wanted) = (&self.request.stack, !self.request.protect);
            set_protection(clients, stack, wanted).await?;
            let state = if wanted { "on" } else { "off" };
            with.note(format!(
                "termination protection of `{stack}` is now {state}"
            ));
        }
        Ok(())
    }
}

/// Opens a stack whose change has failed, or says that it is closed.
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
            "the intake of `{0}` stays closed, and what was paused of it stays paused, until the next `deployer up`: {1}",
            request.workflow,
            error.in_a_line()
        ));
    }
}

/// Opens a stack that is not changed after all.
async fn open_again(
    session: &Session<'_>,
    clients: &Clients,
    request: &Request,
    live: &LiveStack,
) -> Result<()> {
    let marked = Marked::of(clients, request).await?;
    marked
        .open(session, clients, &Applied::standing(request, live))
        .await?;
    Unverified::of(session.app, &request.stack).clear()
}
