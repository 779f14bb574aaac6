//! `deployer dlq export`: messages as lines of JSON.

use std::io::Write as _;

use camino::Utf8PathBuf;
use clap::Args;
use durable_history::Timestamp;
use serde_json::{Value, json};

use super::stoppable::{stoppable, unless_stopped};
use super::which::{MessageArguments, QueueArguments};
use crate::cli::context::Context;
use crate::cli::outcome::Outcome;
use crate::count::counted;
use crate::error::{Error, Result};
use crate::operate::dead_letters::{DeadQueue, Letter, Verdict, export};

/// Writes messages as lines of JSON, and leaves them where they are
///
/// A line has the message's id, body, attributes, reason, first arrival and receipts.
#[derive(Debug, Args)]
pub(super) struct ExportArguments {
    #[command(flatten)]
    messages: MessageArguments,
    #[command(flatten)]
    which: QueueArguments,
    /// The file; by default stdout
    #[arg(long, value_name = "FILE")]
    out: Option<Utf8PathBuf>,
}

pub(super) async fn run(context: &Context, arguments: &ExportArguments) -> Result<Outcome> {
    let (clients, queues) = arguments.which.queues(context).await?;
    let stage = &context.app.stage_name;
    let selection = arguments.messages.selection(None);
    let mut out: Box<dyn std::io::Write> = match &arguments.out {
        Some(path) => Box::new(std::io::BufWriter::new(
            fs_err::File::create(path).map_err(unwritten)?,
        )),
        None => Box::new(std::io::stdout()),
    };
    let mut count = 0_usize;
    stoppable(context, async |stop| {
        for queue in &queues {
            let write = |letter: &Letter, verdict: &Verdict| {
                count += 1;
                writeln!(out, "{}", document(queue, letter, verdict)).map_err(unwritten)
            };
            export(&clients, stage, queue, &selection, stop, write).await?;
        }
        unless_stopped(stop)
    })
    .await?;
    out.flush().map_err(unwritten)?;
    Ok(match &arguments.out {
        Some(path) => Outcome::done(
            format!("Wrote {} to {path}.", counted(count, "message")),
            json!({ "messages": count, "file": path }),
        ),
        // What is asked for stands on stdout already, and nothing else should.
        None => Outcome::done(String::new(), Value::Null),
    })
}

fn unwritten(error: std::io::Error) -> Error {
    Error::usage("the messages could not be written").caused_by(error)
}

fn document(queue: &DeadQueue, letter: &Letter, verdict: &Verdict) -> Value {
    json!({
        "workflow": queue.workflow.workflow,
        "queue": queue.kind,
        "id": letter.id,
        "origin": letter.origin(),
        "reason": verdict.reason,
        "why": verdict.why,
        "execution": verdict.execution,
        "first_arrival": letter.first_arrival.map(Timestamp::to_rfc3339),
        "receives": letter.receives,
        "attributes": letter.attributes_document(),
        "body": letter.body,
    })
}
