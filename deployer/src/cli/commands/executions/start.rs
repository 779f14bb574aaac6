//! `deployer executions start`: a message into the queue.

use clap::Args;
use durable_history::{Description, ErrorObject};
use serde_json::{Value, json};

use super::watch;
use crate::cli::context::Context;
use crate::cli::outcome::Outcome;
use crate::cli::payload::read_text;
use crate::cli::plain::plain;
use crate::config::Span;
use crate::error::{Error, Kind, Result};
use crate::event::Event;
use crate::operate::deployed::{DeployedIntake, DeployedWorkflow, deployed_one};
use crate::operate::executions::{Sent, send, taken, wait_for_end, wait_for_start};
use crate::operate::message::{name_of, read_message};
use crate::pipeline::connect;

/// Sends a message into the queue of a workflow, as a producer would
#[derive(Debug, Args)]
pub(in crate::cli) struct StartArguments {
    /// The workflow
    workflow: String,
    /// The message: JSON, a file with it, or `-` for the standard input
    #[arg(value_name = "JSON|FILE|-")]
    message: String,
    /// Waits until the execution has ended; says 4 where it did not succeed
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    watching: Watching,
    /// How long to wait; with `--watch`, for its start
    #[arg(long, value_name = "TIME", default_value = "15m")]
    timeout: Span,
    /// Sends a message too that gives no execution a name, and ends in the dead-letter queue
    #[arg(long)]
    anyway: bool,
}

/// Whether and how long the execution is shown
#[derive(Debug, Args)]
struct Watching {
    /// Shows the execution until it has ended, as `executions watch` does
    #[arg(long, conflicts_with = "wait")]
    watch: bool,
    /// Ends the watching as soon as it waits for something
    #[arg(long, requires = "watch")]
    until_waiting: bool,
}

pub(in crate::cli) async fn run(context: &Context, arguments: &StartArguments) -> Result<Outcome> {
    let app = &context.app;
    app.select(std::slice::from_ref(&arguments.workflow))?;
    let body = read_text("the message", &arguments.message)?;
    let template = app.workflow(&arguments.workflow)?.intake.as_ref();
    let template = template.ok_or_else(|| no_intake(&arguments.workflow))?;
    let name = match given_name(&template.execution_name, &app.stage_name, &body) {
        Ok(name) => Some(name),
        Err(error) if arguments.anyway => {
            let text = format!(
                "{}; it will end in the dead-letter queue",
                error.in_a_line()
            );
            context.reporter.report(&Event::Warning { text });
            None
        }
        Err(error) => return Err(error),
    };
    let clients = connect(app).await?;
    let workflow = deployed_one(app, &clients, &arguments.workflow).await?;
    let intake: Option<&DeployedIntake> = workflow.intake.as_ref();
    let intake = intake.ok_or_else(|| no_intake(&arguments.workflow))?;
    if let Some(name) = &name
        && let Some(there) = taken(&clients, &workflow, name).await?
    {
        let text = format!(
            "the execution {name} is there already, {}: the same message once more is taken for a repetition of \
             it, and another one is refused and ends in the dead-letter queue",
            there.status
        );
        context.reporter.report(&Event::Warning { text });
    }
    let sent = send(&clients, intake, &body).await?;
    let mut outcome = tell(&workflow, name.as_deref(), &sent);
    let patience = arguments.timeout.duration();
    if let (Some(name), true) = (&name, arguments.watching.watch) {
        let text = std::mem::take(&mut outcome.text);
        context.reporter.report(&Event::Note { text });
        let started = wait_for_start(&clients, &workflow, name, patience).await?;
        let arn = &started.durable_execution_arn;
        return watch::watch(context, &clients, arn, arguments.watching.until_waiting).await;
    }
    if let (Some(name), true) = (&name, arguments.wait) {
        let started = wait_for_start(&clients, &workflow, name, patience).await?;
        let ended = wait_for_end(&clients, &started.durable_execution_arn, patience).await?;
        add_end(&mut outcome, &ended);
    } else if let Some(name) = &name {
        let next = format!("\n\nNext: deployer executions watch {name}");
        outcome.text.push_str(&next);
    }
    Ok(outcome)
}

fn tell(workflow: &DeployedWorkflow, name: Option<&str>, sent: &Sent) -> Outcome {
    let id = &sent.message_id;
    let text = match name {
        Some(name) => format!("Sent message {id}, for execution {name}."),
        None => format!("Sent message {id}."),
    };
    let document = json!({
        "workflow": workflow.workflow,
        "message_id": id,
        "execution": name,
    });
    Outcome::done(text, document)
}

/// Adds how the execution ended.
fn add_end(outcome: &mut Outcome, ended: &Description) {
    if ended.status != "SUCCEEDED" {
        outcome.exit_code = Kind::WrongState.exit_code();
    }
    let error = ended.error.as_ref().map(ErrorObject::in_words);
    let told = error.as_deref().or(ended.result.as_deref());
    let told = told.map(|told| format!(": {}", plain(told)));
    let name = plain(&ended.durable_execution_name);
    let status = plain(&ended.status);
    let line = format!("\n{name} {status}{}", told.unwrap_or_default());
    outcome.text.push_str(&line);
    if let Value::Object(fields) = &mut outcome.document {
        let added = json!({
            "execution_arn": ended.durable_execution_arn,
            "status": ended.status,
            "result": ended.result,
            "error": ended.error,
        });
        fields.extend(added.as_object().cloned().unwrap_or_default());
    }
}

/// Returns the name that the intermediary will give, where it takes the message.
fn given_name(template: &str, stage: &str, body: &str) -> Result<String> {
    let message = read_message(body).map_err(Error::usage)?;
    name_of(template, stage, &message).map_err(|why| {
        Error::usage(format!("the message gives no execution a name: {why}"))
            .hint("a name has 1 to 64 letters, digits, `-` and `_`; --anyway sends it all the same")
    })
}

fn no_intake(workflow: &str) -> Error {
    let what = format!("the workflow `{workflow}` has no queue that takes messages");
    Error::new(Kind::WrongState, what)
}

#[cfg(test)]
mod tests {
    use super::given_name;

    #[test]
    fn what_the_intermediary_would_refuse_is_not_sent() {
        let name = |body: &str| given_name("{stage}-tx-{id}", "dev", body);
        assert_eq!(name("{\"id\": 7}").unwrap(), "dev-tx-7");
        for (body, told) in [
            ("{\"id\":", "not strict JSON"),
            ("{\"id\": 7, \"id\": 8}", "not strict JSON"),
            ("[1]", "not a JSON object"),
            ("{}", "gives no execution a name"),
        ] {
            let error = name(body).unwrap_err();
            assert_eq!(error.kind().exit_code(), 2);
            assert!(error.to_string().contains(told), "{error}");
        }
    }
}
