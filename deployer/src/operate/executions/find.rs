//! An execution by its name or its ARN.

use durable_history::ExecutionArn;

use super::listing::Listed;
use super::read::describe_execution;
use crate::aws::{Clients, Executions};
use crate::config::App;
use crate::error::{Error, Kind, Result};
use crate::operate::deployed::DeployedWorkflow;

/// An execution that was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its workflow.
    pub workflow: DeployedWorkflow,
    /// The execution.
    pub execution: Listed,
}

/// Returns the execution that a name or an ARN means, among those of the workflows.
///
/// # Errors
///
/// An ARN of another account or region; no such execution; a name that several executions have, which are
/// listed.
pub async fn find(
    app: &App,
    clients: &Clients,
    workflows: &[DeployedWorkflow],
    wanted: &str,
) -> Result<Found> {
    match ExecutionArn::parse(wanted) {
        Some(arn) => by_arn(app, clients, workflows, &arn).await,
        None => by_name(clients, workflows, wanted).await,
    }
}

async fn by_arn(
    app: &App,
    clients: &Clients,
    workflows: &[DeployedWorkflow],
    arn: &ExecutionArn<'_>,
) -> Result<Found> {
    let stage = &app.stage_name;
    if arn.account != app.account() || arn.region != clients.region {
        return Err(Error::new(
            Kind::Permission,
            format!(
                "the execution is in account {} and region {}, but stage `{stage}` is in account {} and region {}",
                arn.account,
                arn.region,
                app.account(),
                clients.region
            ),
        )
        .hint("name the stage that it belongs to with --stage"));
    }
    let Some(workflow) = workflows
        .iter()
        .find(|workflow| workflow.function == arn.function)
    else {
        return Err(Error::new(
            Kind::WrongState,
            format!(
                "the execution is of the function `{}`, which is no orchestrator of stage `{stage}`",
                arn.function
            ),
        )
        .hint(format!(
            "run `deployer status --stage {stage}` to see the functions"
        )));
    };
    let described = describe_execution(clients, arn.whole).await?;
    Ok(Found {
        workflow: workflow.clone(),
        execution: Listed {
            workflow: workflow.workflow.clone(),
            version: arn.version.to_owned(),
            arn: described.durable_execution_arn,
            name: described.durable_execution_name,
            status: described.status,
            started_at: described.start_timestamp,
            ended_at: described.end_timestamp,
        },
    })
}

async fn by_name(clients: &Clients, workflows: &[DeployedWorkflow], name: &str) -> Result<Found> {
    let looks = workflows
        .iter()
        .map(|workflow| named(clients, workflow, name));
    let mut found = futures::future::try_join_all(looks).await?.concat();
    if found.len() > 1 {
        let several = Error::new(
            Kind::WrongState,
            format!("{} executions are named `{name}`", found.len()),
        );
        let told = found.iter().map(|found| found.execution.arn.clone());
        return Err(told
            .fold(several, Error::detail)
            .hint("name one of them by its ARN, or its workflow with --workflow"));
    }
    found.pop().ok_or_else(|| {
        Error::new(Kind::WrongState, format!("no execution is named `{name}`")).hint(format!(
            "`deployer executions list --name {}` lists those whose names begin so",
            name.get(..name.len().min(8)).unwrap_or(name)
        ))
    })
}

/// Returns the executions of a workflow with exactly this name.
pub(crate) async fn named(
    clients: &Clients,
    workflow: &DeployedWorkflow,
    name: &str,
) -> Result<Vec<Found>> {
    let listed = Executions::of(clients, workflow.function.as_str()).named(name);
    let listed = listed.all().await?;
    // An emulator may take the name for a part of one.
    let exact = listed
        .iter()
        .filter(|execution| execution.durable_execution_name() == name);
    Ok(exact
        .map(|execution| Found {
            workflow: workflow.clone(),
            execution: Listed::of(&workflow.workflow, execution),
        })
        .collect())
}
