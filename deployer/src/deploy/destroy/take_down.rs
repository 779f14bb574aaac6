//! One stack, taken down in the order in which nothing is lost.

use super::executions::{self, Drain};
use super::survey::StackSurvey;
use super::tables::{self, Data};
use crate::aws::Clients;
use crate::config::App;
use crate::deploy::apply::{Applier, Removed, remove};
use crate::deploy::drain::close_intake;
use crate::deploy::hold::let_go;
use crate::deploy::verify::Unverified;
use crate::error::Result;
use crate::stack::HeldNote;

/// What became of one stack.
pub(super) struct TakenDown {
    /// How many executions were stopped.
    pub(super) stopped: usize,
    /// What CloudFormation could not delete, and the user agreed to leave.
    pub(super) left: Vec<String>,
}

/// Closes the intake of one stack, and waits for its executions where that is asked.
pub(super) async fn close(
    app: &App,
    applier: &Applier<'_>,
    stack: &StackSurvey,
    drain: Option<Drain>,
) -> Result<()> {
    // Until the stack is gone it is marked, and an `up` after an interruption opens the intake again.
    let mapping = stack.mapping.as_deref();
    close_intake(
        app,
        applier,
        &stack.workflow,
        &stack.stack,
        stack.protect,
        mapping,
    )
    .await?;
    if let (Some(function), Some(drain)) = (&stack.orchestrator, drain) {
        // What a killed `up --drain` paused would never end.
        let_go(app, applier, &stack.workflow).await?;
        executions::drain(applier, &stack.workflow, function, drain).await?;
    }
    Ok(())
}

/// Takes one closed stack down: what still runs first, then the stack.
pub(super) async fn take_down(
    app: &App,
    applier: &Applier<'_>,
    stack: &StackSurvey,
    data: Data,
) -> Result<TakenDown> {
    let Applier {
        clients, reporter, ..
    } = *applier;
    let mut stopped = 0;
    if let Some(function) = &stack.orchestrator {
        stopped = executions::stop_all(clients, function).await?;
        applier.note(format!(
            "running executions of `{}` that were stopped: {stopped}",
            stack.workflow
        ));
    }
    forget_held(app, clients, &stack.workflow).await?;
    if data == Data::Keep && stack.tables.iter().any(|table| !table.retained) {
        tables::retain(applier, &stack.stack).await?;
    }
    let removed = remove(applier, &stack.stack).await?;
    Unverified::of(app, &stack.stack).clear()?;
    if data == Data::Purge {
        for table in stack.tables.iter().filter(|table| table.retained) {
            tables::purge(clients, &table.name, reporter).await?;
        }
    }
    let left = match removed {
        Some(Removed::But(left)) => left,
        Some(Removed::Whole) | None => Vec::new(),
    };
    Ok(TakenDown { stopped, left })
}

/// Takes away the note about what a killed `up --drain` held: it has ended, and the next stack of this name is another.
async fn forget_held(app: &App, clients: &Clients, workflow: &str) -> Result<()> {
    let note = HeldNote::of(app, workflow);
    if note.read(clients).await?.is_empty() {
        return Ok(());
    }
    note.remove(clients).await
}
