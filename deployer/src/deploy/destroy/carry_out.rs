//! What was surveyed is destroyed: the stacks side by side, the bucket after them, and a last look.

use super::bucket;
use super::executions::Drain;
use super::leftovers;
use super::survey::{Survey, workflow_stacks};
use super::tables::{self, Data, TableSurvey};
use super::take_down::{close, take_down};
use crate::config::App;
use crate::deploy::apply::{Applier, remove};
use crate::error::{Error, Kind, Result};

/// What `destroy` did.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Destroyed {
    /// The stacks that are gone.
    pub stacks: Vec<String>,
    /// How many executions were stopped.
    pub executions_stopped: usize,
    /// What was kept on purpose.
    pub kept: Vec<String>,
    /// Executions that go on at the end of a drain, what CloudFormation could not delete, and the user agreed to leave.
    pub left: Vec<String>,
}

/// Destroys what `survey` found. `before_bucket` is run when nothing may be written into the artifact bucket any more.
///
/// # Errors
///
/// What CloudFormation could not delete, and anything of ours that is still there afterwards.
pub async fn carry_out(
    app: &App,
    applier: &Applier<'_>,
    survey: &Survey,
    data: Data,
    drain: Option<Drain>,
    before_bucket: impl AsyncFnOnce(),
) -> Result<Destroyed> {
    let clients = applier.clients;
    let mut destroyed = Destroyed::default();
    // What stopped one stack does not hide what stopped another.
    let summary = |count| format!("{count} stacks were not deleted");
    if drain.is_some() {
        // Whoever waits for ends deletes nothing before all have come.
        let closing = survey
            .stacks
            .iter()
            .map(|stack| close(app, applier, stack, drain));
        let closed = futures::future::join_all(closing).await;
        let errors = closed.into_iter().filter_map(Result::err).collect();
        if let Some(error) = Error::several(errors, summary) {
            return Err(error);
        }
    }
    let outcomes = futures::future::join_all(survey.stacks.iter().map(async |stack| {
        if drain.is_none() {
            close(app, applier, stack, None).await?;
        }
        take_down(app, applier, stack, data).await
    }))
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
    if let Some(error) = Error::several(errors, summary) {
        return Err(error);
    }
    // Somebody may have deployed meanwhile, from another machine.
    let standing = workflow_stacks(app, clients).await?;
    if let Some((stack, bucket)) = &survey.artifacts {
        if standing.is_empty() {
            before_bucket().await;
            applier.note(format!("emptying the bucket `{bucket}`"));
            bucket::empty(clients, bucket).await?;
            remove(applier, stack).await?;
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
        tables::purge(clients, &table.name, applier.reporter).await?;
    }
    let tables = survey.stacks.iter().flat_map(|stack| &stack.tables);
    let staying = tables.filter(|table| table.stays(data));
    destroyed.kept.extend(staying.map(TableSurvey::described));
    let mut unwanted = leftovers::look(clients, survey, &standing, data, applier.reporter).await?;
    unwanted.retain(|thing| !destroyed.left.contains(thing));
    if unwanted.is_empty() {
        return Ok(destroyed);
    }
    Err(still_there(unwanted))
}

fn still_there(unwanted: Vec<String>) -> Error {
    let error = Error::new(
        Kind::Deployment,
        "something is still there after its stack was deleted",
    );
    let error = unwanted.into_iter().fold(error, Error::detail);
    error.hint("run `deployer destroy` again; what stays then must be removed by hand")
}
