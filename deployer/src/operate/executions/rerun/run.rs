//! The rerun itself.

use aws_sdk_lambda::operation::invoke::InvokeError;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use durable_history::{Description, is_finished};
use serde_json::Value;

use super::name::next_name;
use super::record::{RerunRecord, keep};
use crate::aws::{Clients, failed};
use crate::error::{Error, Kind, Result};
use crate::operate::deployed::DeployedWorkflow;
use crate::operate::executions::find::named;
use crate::operate::executions::read::describe_execution;

/// The longest name of an execution.
const LONGEST_NAME: usize = 64;
/// The largest input of an execution that is started asynchronously.
const MOST_INPUT_BYTES: usize = 1024 * 1024;

/// How an execution is run again.
#[derive(Debug, Clone, Default)]
pub struct RerunOptions {
    /// What it is given; what the first run was given, where this says nothing.
    pub input: Option<String>,
    /// Its name; the next after the execution's own, where this says nothing.
    pub name: Option<String>,
}

/// A rerun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rerun {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Whether it was there before, and nothing was started now.
    pub existed: bool,
    /// Where it stands, in the service's own word.
    pub status: String,
    /// Whether it was given something else than the execution that it is a rerun of.
    pub input_changed: bool,
}

/// Runs an execution once more: the rerun of exactly this one, which has one name for ever. Who asks again,
/// after a kill or at the same time, gets the rerun that is there.
///
/// # Errors
///
/// The execution is gone, or still runs; the name is too long, or taken by an execution with another input;
/// the service refused. When the error is of the record alone, the rerun runs, and asking again mends it.
pub async fn rerun(
    clients: &Clients,
    workflow: &DeployedWorkflow,
    arn: &str,
    options: &RerunOptions,
) -> Result<Rerun> {
    let first = describe_execution(clients, arn).await?;
    let plan = Plan::of(&first, options)?;
    let existing = match look(clients, workflow, &plan.name).await? {
        None if options.name.is_some() => {
            let usual = next_name(&first.durable_execution_name);
            look(clients, workflow, &usual)
                .await?
                .filter(|usual| !is_finished(&usual.status))
        }
        existing => existing,
    };
    let rerun = match existing {
        Some(existing) => plan.found(&existing)?,
        None => plan.start(clients, workflow).await?,
    };
    if let (Some(intake), true) = (&workflow.intake, rerun.name == plan.name) {
        let record = RerunRecord {
            name: &rerun.name,
            arn: &rerun.arn,
            rerun_of: &first.durable_execution_arn,
            input: &plan.input,
            input_changed: plan.input_changed,
        };
        keep(clients, intake, &record).await?;
    }
    Ok(rerun)
}

/// What is to be started.
struct Plan {
    name: String,
    input: String,
    input_changed: bool,
}

impl Plan {
    fn of(first: &Description, options: &RerunOptions) -> Result<Self> {
        let first_name = &first.durable_execution_name;
        if !is_finished(&first.status) {
            return Err(still_runs(first_name, &first.status));
        }
        let name = match &options.name {
            Some(name) => name.clone(),
            None => next_name(first_name),
        };
        // What was given can be given otherwise; what comes of the execution itself is its state.
        let wrong = |given: bool| if given { Kind::Usage } else { Kind::WrongState };
        check_name(&name, wrong(options.name.is_some()))?;
        let before = first.input_payload.as_deref();
        let input = options.input.as_deref().or(before).ok_or_else(|| {
            Error::new(
                Kind::WrongState,
                format!("the service does not tell what `{first_name}` was given"),
            )
            .hint("give it with --input")
        })?;
        if input.len() > MOST_INPUT_BYTES {
            let (bytes, most) = (input.len(), MOST_INPUT_BYTES);
            let what = format!("the input has {bytes} bytes, and the service takes {most}");
            return Err(Error::new(wrong(options.input.is_some()), what));
        }
        let input_changed = before.is_none_or(|before| !is_same(before, input));
        Ok(Self {
            name,
            // What only looks different would be another input to the service.
            input: match before {
                Some(before) if !input_changed => before.to_owned(),
                _ => input.to_owned(),
            },
            input_changed,
        })
    }

    fn found(&self, existing: &Description) -> Result<Rerun> {
        let name = &existing.durable_execution_name;
        if *name != self.name {
            return Err(still_runs(name, &existing.status));
        }
        let input = existing.input_payload.as_deref().unwrap_or_default();
        if !is_same(input, &self.input) {
            return Err(self.taken());
        }
        Ok(Rerun {
            name: name.clone(),
            arn: existing.durable_execution_arn.clone(),
            existed: true,
            status: existing.status.clone(),
            input_changed: self.input_changed,
        })
    }

    async fn start(&self, clients: &Clients, workflow: &DeployedWorkflow) -> Result<Rerun> {
        clients.rates.starts.turn().await;
        let started = clients
            .lambda
            .invoke()
            .function_name(&workflow.alias)
            .invocation_type(InvocationType::Event)
            .durable_execution_name(&self.name)
            .payload(Blob::new(self.input.as_str()))
            .send()
            .await;
        let started = started.map_err(|error| match error.as_service_error() {
            Some(InvokeError::DurableExecutionAlreadyStartedException(_)) => self.taken(),
            _ => failed(format!("`{}` could not be started", self.name))(error),
        })?;
        let arn = match started.durable_execution_arn {
            Some(arn) => arn,
            // An emulator may not tell it.
            None => match look(clients, workflow, &self.name).await? {
                Some(found) => found.durable_execution_arn,
                None => String::new(),
            },
        };
        Ok(Rerun {
            name: self.name.clone(),
            arn,
            existed: false,
            status: "RUNNING".to_owned(),
            input_changed: self.input_changed,
        })
    }

    fn taken(&self) -> Error {
        Error::new(
            Kind::WrongState,
            format!("`{}` exists already, with another input", self.name),
        )
        .hint("rerun that one, or give another name with --as")
    }
}

async fn look(
    clients: &Clients,
    workflow: &DeployedWorkflow,
    name: &str,
) -> Result<Option<Description>> {
    match named(clients, workflow, name).await?.first() {
        Some(found) => {
            let description = describe_execution(clients, &found.execution.arn).await?;
            Ok(Some(description))
        }
        None => Ok(None),
    }
}

fn still_runs(name: &str, status: &str) -> Error {
    Error::new(
        Kind::WrongState,
        format!("`{name}` is {status}, and has not ended"),
    )
    .hint(format!(
        "wait for its end, or stop it with `deployer executions stop {name}`"
    ))
}

fn check_name(name: &str, wrong: Kind) -> Result<()> {
    if name.len() > LONGEST_NAME {
        let length = name.len();
        let what = format!("the rerun's name `{name}` has {length} characters, and 64 are allowed");
        return Err(Error::new(wrong, what).hint("give a shorter one with --as"));
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if name.is_empty() || !name.bytes().all(allowed) {
        let what = format!("`{name}` is no name of an execution");
        return Err(Error::new(wrong, what).hint("take letters, digits, `-` and `_`"));
    }
    Ok(())
}

/// Returns whether two inputs say the same, however they are written.
fn is_same(one: &str, other: &str) -> bool {
    let value = |text: &str| serde_json::from_str::<Value>(text).ok();
    one == other || matches!((value(one), value(other)), (Some(one), Some(other)) if one == other)
}

#[cfg(test)]
mod service_tests;
#[cfg(test)]
mod tests;
