//! `deployer callbacks succeed`, `fail` and `heartbeat`: answers, by the names of people.

use clap::Args;
use durable_history::History;
use serde_json::{Value, json};

use super::list::document;
use crate::aws::{Clients, history};
use crate::cli::confirm::confirm;
use crate::cli::context::Context;
use crate::cli::outcome::Outcome;
use crate::cli::payload::read_json;
use crate::cli::plain::plain;
use crate::error::{Error, Kind, Result};
use crate::operate::callbacks::{Answer, Answered, OpenCallback, answer, choose};
use crate::operate::deployed::deployed;
use crate::operate::executions::find;
use crate::pipeline::connect;

/// Which callback
#[derive(Debug, Args)]
struct CallbackArguments {
    /// The execution, by its name or its ARN
    #[arg(value_name = "NAME|ARN")]
    execution: String,
    /// The callback's name, or that of an operation around it; not needed where only one is open
    operation: Option<String>,
    /// The execution's workflow; may be given several times
    #[arg(long, value_name = "WORKFLOW")]
    workflow: Vec<String>,
}

/// Answers a callback with a result
#[derive(Debug, Args)]
pub(super) struct SucceedArguments {
    #[command(flatten)]
    callback: CallbackArguments,
    /// The result: JSON, a file with it, or `-` for the standard input; none where it is left out
    #[arg(long, value_name = "JSON|FILE|-")]
    result: Option<String>,
}

/// Answers a callback with an error
#[derive(Debug, Args)]
pub(super) struct FailArguments {
    #[command(flatten)]
    callback: CallbackArguments,
    /// What the workflow tells failures apart by
    #[arg(long, value_name = "TYPE")]
    error_type: String,
    /// What went wrong, for people
    #[arg(long, value_name = "TEXT")]
    message: String,
    /// More, for the workflow
    #[arg(long, value_name = "TEXT")]
    data: Option<String>,
}

/// Tells a callback that its answer is still to come
#[derive(Debug, Args)]
pub(super) struct HeartbeatArguments {
    #[command(flatten)]
    callback: CallbackArguments,
}

pub(super) async fn succeed(context: &Context, arguments: &SucceedArguments) -> Result<Outcome> {
    let result = arguments.result.as_deref();
    let result = result.map(|result| read_json("the result", result));
    let answer = Answer::Succeed(result.transpose()?);
    send(context, &arguments.callback, &answer, "succeeded").await
}

pub(super) async fn fail(context: &Context, arguments: &FailArguments) -> Result<Outcome> {
    let answer = Answer::Fail {
        error_type: arguments.error_type.clone(),
        message: arguments.message.clone(),
        data: arguments.data.clone(),
    };
    send(context, &arguments.callback, &answer, "failed").await
}

pub(super) async fn heartbeat(
    context: &Context,
    arguments: &HeartbeatArguments,
) -> Result<Outcome> {
    let done = "told that the answer is still to come";
    send(context, &arguments.callback, &Answer::Heartbeat, done).await
}

async fn send(
    context: &Context,
    wanted: &CallbackArguments,
    told: &Answer,
    done: &str,
) -> Result<Outcome> {
    let selected = context.app.select(&wanted.workflow)?;
    let clients = connect(&context.app).await?;
    let callback = look(context, &clients, &selected, wanted).await?;
    let operation = callback.operation.as_deref().unwrap_or("callback");
    let what = format!("{} of {}", plain(operation), plain(&callback.execution));
    if context.app.stage.protect {
        confirm(context, &format!("answering {what}"))?;
    }
    if answer(&clients, &callback, told).await? == Answered::Closed {
        return Err(closed_meanwhile(&what, &callback.execution));
    }
    let mut document = document(&callback);
    if let Value::Object(fields) = &mut document {
        fields.insert("answered".to_owned(), json!(done));
    }
    Ok(Outcome::done(format!("{what}: {done}."), document))
}

async fn look(
    context: &Context,
    clients: &Clients,
    selected: &[String],
    wanted: &CallbackArguments,
) -> Result<OpenCallback> {
    let workflows = deployed(&context.app, clients, selected).await?;
    let found = find(&context.app, clients, &workflows, &wanted.execution).await?;
    let history = History::of(history(clients, &found.execution.arn).await?);
    choose(&found.execution, &history, wanted.operation.as_deref())
}

/// It was open a moment ago.
fn closed_meanwhile(what: &str, execution: &str) -> Error {
    let message = format!("the service refused the answer: {what} was closed a moment ago");
    Error::new(Kind::WrongState, message).hint(format!(
        "somebody else answered, it timed out, or the execution ended; `deployer executions show {}` tells which",
        plain(execution)
    ))
}
