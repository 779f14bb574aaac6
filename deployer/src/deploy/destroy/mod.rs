//! The reverse of `up`: the intake first, then the executions in flight, the stacks, the bucket, and a last look.

mod bucket;
mod executions;
mod leftovers;
mod survey;
mod tables;

pub use survey::{Reach, StackSurvey, Survey, survey};
pub use tables::{Data, TableSurvey};

use std::time::Duration;

use crate::aws::{Clients, Pace, failed, is_missing, until};
use crate::config::App;
use crate::consent::Consent;
use crate::deploy::apply::{Removed, remove};
use crate::deploy::verify::Unverified;
use crate::error::{Error, Kind, Result};
use crate::event::{Event, Reporter};
use crate::stack::set_protection;

/// What `destroy` did.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Destroyed {
    /// The stacks that are gone.
    pub stacks: Vec<String>,
    /// How many executions were stopped.
    pub executions_stopped: usize,
    /// What was kept on purpose.
    pub kept: Vec<String>,
    /// What CloudFormation could not delete, and the user agreed to leave.
    pub left: Vec<String>,
}

/// What became of one stack.
struct TakenDown {
    stopped: usize,
    left: Vec<String>,
}

/// Destroys what `survey` found.
///
/// # Errors
///
/// What CloudFormation could not delete, and anything of ours that is still there afterwards.
pub async fn destroy(
    app: &App,
    clients: &Clients,
    survey: &Survey,
    data: Data,
    consent: &dyn Consent,
    reporter: &dyn Reporter,
) -> Result<Destroyed> {
    let mut destroyed = Destroyed::default();
    let outcomes = futures::future::join_all(
        survey
            .stacks
            .iter()
            .map(|stack| take_down(app, clients, stack, data, consent, reporter)),
    )
    .await;
    let mut errors = Vec::new();
    for (stack, outcome) in survey.stacks.iter().zip(outcomes) {
        match outcome {
            Ok(taken) => {
                destroyed.stacks.push(stack.stack.clone());
                destroyed.executions_stopped += taken.stopped;
                destroyed.left.extend(taken.left);
            }
            Err(error) => errors.push(error),
        }
    }
    // What stopped one stack does not hide what stopped another.
    let told = |count| format!("{count} stacks were not deleted");
    if let Some(error) = Error::several(errors, told) {
        return Err(error);
    }
    // Somebody may have deployed meanwhile, from another machine.
    let standing = survey::workflow_stacks(app, clients).await?;
    if let Some((stack, bucket)) = &survey.artifacts {
        if standing.is_empty() {
            reporter.report(&Event::Note {
                text: format!("emptying the bucket `{bucket}`"),
            });
            bucket::empty(clients, bucket).await?;
            remove(clients, stack, consent, reporter).await?;
            destroyed.stacks.push(stack.clone());
        } else {
            // A stack needs its zips as long as it is there, not only while it is made: a rollback
            // sets functions back to the zip they had, and without it ends in UPDATE_ROLLBACK_FAILED.
            destroyed.kept.push(format!(
                "the stack {stack}, because somebody has deployed {} meanwhile",
                standing.join(", ")
            ));
        }
    }
    for table in &survey.orphans {
        tables::purge(clients, &table.name, reporter).await?;
    }
    let tables = survey.stacks.iter().flat_map(|stack| &stack.tables);
    let staying = tables.filter(|table| table.stays(data));
    destroyed.kept.extend(staying.map(TableSurvey::described));
    let mut unwanted = leftovers::look(clients, survey, &standing, data, reporter).await?;
    unwanted.retain(|thing| !destroyed.left.contains(thing));
    if unwanted.is_empty() {
        return Ok(destroyed);
    }
    let error = Error::new(
        Kind::Deployment,
        "something is still there after its stack was deleted",
    );
    let error = unwanted.into_iter().fold(error, Error::detail);
    Err(error.hint("run `deployer destroy` again; what stays then must be removed by hand"))
}

async fn take_down(
    app: &App,
    clients: &Clients,
    stack: &StackSurvey,
    data: Data,
    consent: &dyn Consent,
    reporter: &dyn Reporter,
) -> Result<TakenDown> {
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
        reporter.report(&Event::Note {
            text: format!("closing the intake of `{}`", stack.workflow),
        });
        close_intake(clients, mapping).await?;
    }
    let mut stopped = 0;
    if let Some(function) = &stack.orchestrator {
        stopped = executions::stop_all(clients, function).await?;
        reporter.report(&Event::Note {
            text: format!(
                "running executions of `{}` that were stopped: {stopped}",
                stack.workflow
            ),
        });
    }
    if data == Data::Keep && stack.tables.iter().any(|table| !table.retained) {
        tables::retain(clients, &stack.stack, reporter).await?;
    }
    let removed = remove(clients, &stack.stack, consent, reporter).await?;
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
