//! One stack, taken down in the order in which nothing is lost.

use std::time::Duration;

use super::executions::{self, Drain};
use super::survey::StackSurvey;
use super::tables::{self, Data};
use crate::aws::{Clients, Pace, failed, is_missing, until};
use crate::config::App;
use crate::deploy::apply::{Applier, Removed, remove};
use crate::deploy::verify::Unverified;
use crate::error::{Error, Kind, Result};
use crate::stack::set_protection;

/// What became of one stack.
pub(super) struct TakenDown {
    /// How many executions were stopped.
    pub(super) stopped: usize,
    /// What CloudFormation could not delete, and the user agreed to leave.
    pub(super) left: Vec<String>,
}

/// Takes one stack down: its intake first, then its executions, which are waited for
/// where that is asked, then the stack.
pub(super) async fn take_down(
    app: &App,
    applier: &Applier<'_>,
    stack: &StackSurvey,
    data: Data,
    drain: Option<Drain>,
) -> Result<TakenDown> {
    let Applier {
        clients, reporter, ..
    } = *applier;
    // Until the stack is gone its protection is the other way round than the stage wants it: an
    // `up` after an interruption sees that, from any machine, and opens the intake again. Where the
    // protection has to go for the deletion to begin, the note on this machine still tells it.
    let unverified = Unverified::of(app, &stack.stack);
    unverified.note()?;
    if stack.protect {
        set_protection(clients, &stack.stack, false).await?;
    } else {
        // Only a mark: a stack that cannot take it any more is deleted all the same.
        let _ = set_protection(clients, &stack.stack, true).await;
    }
    if let Some(mapping) = &stack.mapping {
        applier.note(format!("closing the intake of `{}`", stack.workflow));
        close_intake(clients, mapping).await?;
    }
    let mut stopped = 0;
    if let Some(function) = &stack.orchestrator {
        if let Some(drain) = drain {
            executions::drain(applier, &stack.workflow, function, drain).await?;
        }
        stopped = executions::stop_all(clients, function).await?;
        applier.note(format!(
            "running executions of `{}` that were stopped: {stopped}",
            stack.workflow
        ));
    }
    if data == Data::Keep && stack.tables.iter().any(|table| !table.retained) {
        tables::retain(applier, &stack.stack).await?;
    }
    let removed = remove(applier, &stack.stack).await?;
    unverified.clear()?;
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

async fn close_intake(clients: &Clients, mapping: &str) -> Result<()> {
    match clients
        .lambda
        .update_event_source_mapping()
        .uuid(mapping)
        .enabled(false)
        .send()
        .await
    {
        Ok(_) => {}
        Err(error) if is_missing(&error) => {
            return Ok(());
        }
        Err(error) => {
            return Err(failed(format!(
                "the event source mapping `{mapping}` could not be disabled"
            ))(error));
        }
    }
    let pace = Pace::of(clients.endpoint.as_deref(), Duration::from_mins(5));
    until(pace, || async {
        let read = clients
            .lambda
            .get_event_source_mapping()
            .uuid(mapping)
            .send()
            .await;
        let mapping = read.map_err(failed(format!(
            "the event source mapping `{mapping}` could not be read"
        )))?;
        Ok((mapping.state() == Some("Disabled")).then_some(()))
    })
    .await?
    .ok_or_else(|| {
        Error::new(
            Kind::Service,
            format!("the event source mapping `{mapping}` was not disabled within five minutes"),
        )
        .hint("run `deployer destroy` again")
    })
}
