//! Nothing new begins, and what goes on comes to its end: before a deletion, or a change that old executions cannot
//! live beside.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use durable_history::ExecutionArn;

use crate::aws::{
    Clients, Pace, count_unfinished, failed, is_missing, unfinished_executions, until,
};
use crate::config::App;
use crate::count::{counted, named};
use crate::deploy::apply::Applier;
use crate::deploy::verify::Unverified;
use crate::error::{Error, Kind, Result};
use crate::stack::set_protection;

/// Closes the intake of a workflow, whose stack is marked first, so that the next `up` opens it again.
///
/// The stack's termination protection is turned the other way round than the stage wants it: an `up` after an
/// interruption sees that, from any machine. Where that cannot stay, the note on this machine still tells it.
///
/// # Errors
///
/// The protection of a protected stack, and the event source mapping, cannot be changed.
pub(crate) async fn close_intake(
    app: &App,
    applier: &Applier<'_>,
    workflow: &str,
    stack: &str,
    protected: bool,
    mapping: Option<&str>,
) -> Result<()> {
    let clients = applier.clients;
    Unverified::of(app, stack).note()?;
    let marked = set_protection(clients, stack, !protected).await;
    if protected {
        // That of an unprotected one is only a mark: a stack that cannot take it any more is changed all the same.
        marked?;
    }
    if let Some(mapping) = mapping {
        applier.note(format!("closing the intake of `{workflow}`"));
        disable(clients, mapping).await?;
    }
    Ok(())
}

async fn disable(clients: &Clients, mapping: &str) -> Result<()> {
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
        .hint("run it again")
    })
}

/// Waits until no execution of an orchestrator goes on, and tells how many do whenever that changes. Returns the
/// names of those that go on after `patience`.
///
/// # Errors
///
/// They cannot be listed.
pub(crate) async fn wait_for_ends(
    applier: &Applier<'_>,
    workflow: &str,
    function: &str,
    patience: Duration,
) -> Result<Vec<String>> {
    let clients = applier.clients;
    let pace = Pace::of_lists(clients.endpoint.as_deref(), patience);
    let told = AtomicUsize::new(0);
    let ended = until(pace, || async {
        // One list tells of all versions as long as something goes on.
        let count = count_unfinished(clients, function).await?.total();
        if told.swap(count, Ordering::Relaxed) != count {
            let count = counted(count, "execution");
            applier.note(format!("`{workflow}` has {count} in flight"));
        }
        Ok((count == 0).then_some(()))
    })
    .await?;
    if ended.is_some() {
        return Ok(Vec::new());
    }
    let left = unfinished_executions(clients, function).await?;
    Ok(execution_names(&left))
}

/// Returns the names of executions.
pub(super) fn execution_names(arns: &[String]) -> Vec<String> {
    let name = |arn: &String| {
        ExecutionArn::parse(arn).map_or_else(|| arn.clone(), |arn| arn.name.to_owned())
    };
    arns.iter().map(name).collect()
}

/// Returns the error of executions that did not end, or `what` else they did not do, which says what was not done
/// because of them.
pub(crate) fn did_not(
    what: &str,
    workflow: &str,
    left: &[String],
    patience: Duration,
    not_done: &str,
) -> Error {
    let count = counted(left.len(), "execution");
    let what = format!(
        "{count} of `{workflow}` did not {what} within {} s; {not_done}",
        patience.as_secs()
    );
    Error::new(Kind::WrongState, what).detail(format!("still in flight: {}", named(left)))
}
