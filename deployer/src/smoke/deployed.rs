//! A deployed workflow: where its queues and tables are.

use std::collections::BTreeMap;

use crate::aws::Clients;
use crate::config::App;
use crate::error::{Error, Kind, Result};
use crate::stack::{describe, outputs};

/// Where the parts of a deployed workflow are.
#[derive(Debug, Clone)]
pub(super) struct DeployedWorkflow {
    /// The orchestrator's name.
    pub(super) function: String,
    /// The alias through which the intermediary starts executions of it, as an ARN.
    pub(super) alias: String,
    /// The queue that messages go into.
    pub(super) queue_url: String,
    /// The queue of messages that were given up.
    pub(super) dead_letter_url: String,
    /// The queue of executions that failed.
    pub(super) failure_url: String,
    /// The queue of failures that did not get into that queue.
    pub(super) undelivered_url: String,
    /// The table of the intake's idempotency records.
    pub(super) idempotency_table: String,
    /// The physical names of the workflow's tables.
    pub(super) tables: BTreeMap<String, String>,
}

/// Reads the outputs of the workflow's stack.
///
/// # Errors
///
/// A workflow that is not deployed, or only in part.
pub(super) async fn find(app: &App, clients: &Clients, workflow: &str) -> Result<DeployedWorkflow> {
    let stack = app.stack_name(workflow);
    let live = describe(clients, &stack).await?;
    let not_deployed = |what: String| {
        Error::new(Kind::WrongState, what).hint(format!(
            "run `deployer up --stage {}` first",
            app.stage_name
        ))
    };
    let Some(live) = live else {
        return Err(not_deployed(format!(
            "the workflow `{workflow}` is not deployed on stage `{}`",
            app.stage_name
        )));
    };
    let output = |name: &str| {
        live.outputs.get(name).map(str::to_owned).ok_or_else(|| {
            not_deployed(format!(
                "the stack `{stack}` is {} and has no output `{name}`",
                live.status
            ))
        })
    };
    let mut tables = BTreeMap::new();
    for table in app.workflow(workflow)?.tables.keys() {
        tables.insert(table.clone(), output(&outputs::table_output(table))?);
    }
    Ok(DeployedWorkflow {
        function: output(outputs::ORCHESTRATOR)?,
        alias: output(outputs::ORCHESTRATOR_ALIAS)?,
        queue_url: output(outputs::QUEUE)?,
        dead_letter_url: output(outputs::DEAD_LETTERS)?,
        failure_url: output(outputs::FAILURES)?,
        undelivered_url: output(outputs::UNDELIVERED_FAILURES)?,
        idempotency_table: output(outputs::IDEMPOTENCY)?,
        tables,
    })
}
