//! A deployed workflow: where its function, queues, records and tables are.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::aws::Clients;
use crate::config::App;
use crate::error::{Error, Kind, Result};
use crate::stack::{LiveStack, describe, outputs};
use messages::Envelope;

/// Where the parts of a deployed workflow are.
#[derive(Debug, Clone)]
pub struct DeployedWorkflow {
    /// The workflow.
    pub workflow: String,
    /// The orchestrator's name, without a qualifier.
    pub function: String,
    /// The alias through which the orchestrator is invoked, as an ARN.
    pub alias: String,
    /// The queue of executions that failed.
    pub failure_url: String,
    /// The queue of such failures that did not reach theirs; stacks of old have none.
    pub undelivered_url: Option<String>,
    /// The intake, where the workflow has one.
    pub intake: Option<DeployedIntake>,
    /// The physical names of the workflow's tables; the configuration may have more than the stack.
    pub tables: BTreeMap<String, String>,
}

/// Where the parts of a deployed intake are.
#[derive(Debug, Clone)]
pub struct DeployedIntake {
    /// What messages come in, from the configuration.
    pub envelope: Envelope,
    /// The template of execution names, from the configuration.
    pub execution_name: String,
    /// The queue that messages go into.
    pub queue_url: String,
    /// The queue of messages that were given up.
    pub dead_letter_url: String,
    /// The table of idempotency records.
    pub idempotency_table: String,
    /// How long an idempotency record counts.
    pub idempotency_window: Duration,
}

/// Returns the deployed ones of the workflows, in their order.
///
/// # Errors
///
/// No workflow of them is deployed, or one only in part.
pub async fn deployed(
    app: &App,
    clients: &Clients,
    workflows: &[String],
) -> Result<Vec<DeployedWorkflow>> {
    let looks = workflows
        .iter()
        .map(|workflow| look(app, clients, workflow));
    let found = futures::future::try_join_all(looks).await?;
    let found: Vec<_> = found.into_iter().flatten().collect();
    if found.is_empty() {
        let stage = &app.stage_name;
        let what = match workflows {
            [workflow] => format!("the workflow `{workflow}` is not deployed on stage `{stage}`"),
            _ => format!("nothing is deployed on stage `{stage}`"),
        };
        return Err(not_deployed(app, what));
    }
    Ok(found)
}

/// Returns a workflow.
///
/// # Errors
///
/// It is not deployed, or only in part.
pub async fn deployed_one(
    app: &App,
    clients: &Clients,
    workflow: &str,
) -> Result<DeployedWorkflow> {
    let found = deployed(app, clients, &[workflow.to_owned()]).await?;
    found
        .into_iter()
        .next()
        .ok_or_else(|| not_deployed(app, format!("the workflow `{workflow}` is not deployed")))
}

async fn look(app: &App, clients: &Clients, workflow: &str) -> Result<Option<DeployedWorkflow>> {
    let Some(live) = describe(clients, &app.stack_name(workflow)).await? else {
        return Ok(None);
    };
    let intake = match &app.workflow(workflow)?.intake {
        Some(intake) => Some(DeployedIntake {
            envelope: intake.envelope,
            execution_name: intake.execution_name.clone(),
            queue_url: output(app, &live, outputs::QUEUE)?,
            dead_letter_url: output(app, &live, outputs::DEAD_LETTERS)?,
            idempotency_table: output(app, &live, outputs::IDEMPOTENCY)?,
            idempotency_window: intake.idempotency_window.duration(),
        }),
        None => None,
    };
    let tables = app.workflow(workflow)?.tables.keys().filter_map(|table| {
        let name = live.outputs.get(&outputs::table_output(table))?;
        Some((table.clone(), name.to_owned()))
    });
    Ok(Some(DeployedWorkflow {
        tables: tables.collect(),
        workflow: workflow.to_owned(),
        function: output(app, &live, outputs::ORCHESTRATOR)?,
        alias: output(app, &live, outputs::ORCHESTRATOR_ALIAS)?,
        failure_url: output(app, &live, outputs::FAILURES)?,
        undelivered_url: live
            .outputs
            .get(outputs::UNDELIVERED_FAILURES)
            .map(str::to_owned),
        intake,
    }))
}

fn output(app: &App, live: &LiveStack, name: &str) -> Result<String> {
    live.outputs.get(name).map(str::to_owned).ok_or_else(|| {
        let what = format!(
            "the stack `{}` is {} and has no output `{name}`",
            live.name, live.status
        );
        not_deployed(app, what)
    })
}

/// Returns the error of what is not deployed, or not yet.
pub(crate) fn not_deployed(app: &App, what: String) -> Error {
    Error::new(Kind::WrongState, what).hint(format!(
        "run `deployer up --stage {}` first",
        app.stage_name
    ))
}
