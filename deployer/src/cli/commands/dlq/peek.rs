//! `deployer dlq peek`: messages, one by one.

use clap::Args;
use durable_history::Timestamp;
use owo_colors::OwoColorize as _;
use serde_json::{Value, json};

use super::stoppable::{stoppable, unless_stopped};
use super::which::{MessageArguments, QueueArguments};
use super::words::{ago, cut};
use crate::cli::context::Context;
use crate::cli::moment::now;
use crate::cli::outcome::Outcome;
use crate::cli::plain::{plain, plain_lines};
use crate::error::Result;
use crate::operate::dead_letters::{Letter, Peeked, QueueKind, REDRIVEN_FROM, Standing, peek};

/// How many characters of a message are shown.
const SHOWN: usize = 200;

/// Shows messages, why they are there, and how their executions stand
///
/// Each look counts as a receipt, which does no harm. `-v` shows the messages in full.
#[derive(Debug, Args)]
pub(super) struct PeekArguments {
    #[command(flatten)]
    messages: MessageArguments,
    #[command(flatten)]
    which: QueueArguments,
    /// At most so many
    #[arg(long, value_name = "NUMBER", default_value = "10")]
    limit: usize,
}

pub(super) async fn run(context: &Context, arguments: &PeekArguments) -> Result<Outcome> {
    let (clients, queues) = arguments.which.queues(context).await?;
    let stage = &context.app.stage_name;
    let selection = arguments.messages.selection(Some(arguments.limit));
    let peeked = stoppable(context, async |stop| {
        let peeked = peek(&clients, stage, &queues, &selection, stop).await?;
        unless_stopped(stop)?;
        Ok(peeked)
    })
    .await?;
    let document = json!({
        "stage": stage,
        "messages": peeked.iter().map(document).collect::<Vec<_>>(),
    });
    let text = if peeked.is_empty() {
        "No such messages in sight. `deployer dlq list` shows what there is.".to_owned()
    } else {
        let texts = peeked.iter().map(|peeked| render(peeked, context.verbose));
        texts.collect::<Vec<_>>().join("\n\n")
    };
    Ok(Outcome::done(text, document))
}

fn document(peeked: &Peeked) -> Value {
    let Peeked {
        queue,
        letter,
        verdict,
        standing,
    } = peeked;
    json!({
        "workflow": queue.workflow.workflow,
        "queue": queue.kind,
        "id": letter.id,
        "reason": verdict.reason,
        "why": verdict.why,
        "receives": letter.receives,
        "first_arrival": letter.first_arrival.map(Timestamp::to_rfc3339),
        "redriven_from": letter.redriven_from(),
        "execution": execution(peeked, standing),
        "attributes": letter.attributes_document(),
        "body": letter.body,
    })
}

fn execution(peeked: &Peeked, standing: &Standing) -> Value {
    let name = &peeked.verdict.execution;
    match standing {
        Standing::Nameless => Value::Null,
        Standing::NotThere => json!({ "name": name, "exists": false }),
        Standing::Gone => {
            json!({ "name": name, "exists": false, "arn": peeked.verdict.arn, "gone": true })
        }
        Standing::There { arn, status, error } => {
            json!({ "name": name, "exists": true, "arn": arn, "status": status, "error": error })
        }
    }
}

fn render(peeked: &Peeked, whole: bool) -> String {
    let Peeked {
        queue,
        letter,
        verdict,
        standing,
    } = peeked;
    let mut lines = vec![
        format!(
            "{}  {}, {}",
            letter.id.bold(),
            queue.workflow.workflow,
            queue.kind.role()
        ),
        format!(
            "  {}: {}",
            verdict.reason.as_str().yellow(),
            plain(&verdict.why)
        ),
    ];
    let arrival = letter
        .first_arrival
        .map_or_else(|| "at an unknown time".to_owned(), |time| ago(time, now()));
    let receives = letter.receives;
    lines.push(format!(
        "  first arrived {arrival}; received {receives} times, this look included"
    ));
    if let Some(origin) = letter.redriven_from() {
        lines.push(format!(
            "  was put back before, as a copy of {}",
            plain(origin)
        ));
    }
    let name = plain(verdict.execution.as_deref().unwrap_or_default());
    lines.extend(match standing {
        Standing::Nameless => None,
        Standing::NotThere => Some(format!("  execution {name}: there is none")),
        Standing::Gone => Some(format!(
            "  execution {name}: nothing is known of it any more; its retention is over, or it was deleted"
        )),
        Standing::There { status, error, .. } => {
            let error = error.as_ref().and_then(|error| error.error_message.as_ref());
            let error = error.map_or_else(String::new, |error| format!(": {}", cut(error, SHOWN)));
            Some(format!("  execution {name}: {status}{error}"))
        }
    });
    lines.extend(attributes(letter, queue.kind));
    if whole {
        let body = plain_lines(&letter.body);
        lines.extend(body.lines().map(|line| format!("  {line}")));
    } else {
        lines.push(format!("  {}", cut(&letter.body, SHOWN).dimmed()));
    }
    lines.join("\n")
}

/// Returns a line of the attributes that a message came with.
fn attributes(letter: &Letter, kind: QueueKind) -> Option<String> {
    let document = letter.attributes_document();
    let told: Vec<_> = document
        .as_object()?
        .iter()
        .filter(|(name, _)| *name != REDRIVEN_FROM && kind != QueueKind::Undelivered)
        .map(|(name, value)| {
            let text = value.get("string").and_then(Value::as_str);
            let text = text.map_or_else(|| "(binary)".to_owned(), |text| cut(text, 40));
            format!("{}={text}", plain(name))
        })
        .collect();
    (!told.is_empty()).then(|| format!("  attributes {}", told.join(", ")))
}
