//! What `redrive` and `discard` have in common: say what will happen, do it queue by queue, say what came of it.

use serde_json::{Value, json};

use super::stoppable::stopped;
use crate::aws::{Clients, Limiter};
use crate::cli::context::Context;
use crate::cli::outcome::Outcome;
use crate::cli::plain::plain;
use crate::count::counted;
use crate::error::{Error, Kind, Result};
use crate::event::{Event, Stop};
use crate::operate::dead_letters::{Selection, Surveyed, Work, Worked};

/// How many messages with which something is wrong are told of one by one.
const TOLD: usize = 20;

/// What is to be done with which messages.
pub(super) struct Job<'a> {
    pub(super) context: &'a Context,
    pub(super) clients: &'a Clients,
    pub(super) surveyed: &'a [Surveyed],
    pub(super) selection: Selection,
    pub(super) rate: &'a Limiter,
    pub(super) stop: &'a Stop,
    /// What is done, in the past: `put back`, or `deleted`.
    pub(super) verb: &'static str,
}

/// Returns the error of who meant no message that there is.
pub(super) fn none_found(context: &Context) -> Error {
    let stage = &context.app.stage_name;
    Error::new(Kind::WrongState, "there are no such messages in sight").hint(format!(
        "`deployer dlq list --stage {stage}` shows what there is; without --workflow, --queue and --reason more are meant"
    ))
}

/// Says what will happen, or would.
pub(super) fn announce(context: &Context, lines: &[String]) {
    for text in lines {
        let text = text.clone();
        context.reporter.report(&Event::Note { text });
    }
}

/// Returns what would have happened.
pub(super) fn rehearsed(surveyed: &[Surveyed], lines: &[String]) -> Outcome {
    let queues = surveyed.iter().map(|surveyed| head(surveyed).into());
    let queues: Vec<Value> = queues.collect();
    let document = json!({ "event": "result", "dry_run": true, "queues": queues });
    let text = lines.join("\n");
    Outcome::done(format!("{text}\nNothing was changed: --dry-run."), document)
}

fn head(surveyed: &Surveyed) -> serde_json::Map<String, Value> {
    let document = json!({
        "workflow": surveyed.queue.workflow.workflow,
        "queue": surveyed.queue.kind,
        "found": surveyed.messages,
        "reasons": surveyed.reasons,
    });
    document.as_object().cloned().unwrap_or_default()
}

impl Job<'_> {
    /// Does the work on one queue after the other, and says what came of it.
    pub(super) async fn run(
        &mut self,
        each: impl AsyncFn(Work<'_>, &(dyn Fn(usize) + Sync)) -> Worked,
    ) -> Result<Outcome> {
        let mut all = Vec::new();
        for surveyed in self.surveyed {
            let work = Work {
                clients: self.clients,
                stage: &self.context.app.stage_name,
                queue: &surveyed.queue,
                selection: &self.selection,
                rate: self.rate,
                stop: self.stop,
            };
            let progress = |done: usize| {
                let text = format!("{done} of about {}", surveyed.messages);
                self.context.reporter.report(&Event::Note { text });
            };
            let worked = each(work, &progress).await;
            if let Some(limit) = &mut self.selection.limit {
                *limit = limit.saturating_sub(worked.done);
            }
            let ended = worked.error.is_some() || self.stop.is_requested();
            all.push((surveyed, worked));
            if ended || self.selection.limit == Some(0) {
                break;
            }
        }
        self.finish(all)
    }

    fn finish(&self, all: Vec<(&Surveyed, Worked)>) -> Result<Outcome> {
        let lines: Vec<String> = all
            .iter()
            .flat_map(|(surveyed, worked)| worked.in_words(&surveyed.queue, self.verb))
            .map(|line| plain(&line).into_owned())
            .collect();
        let queues: Vec<Value> = all
            .iter()
            .map(|(surveyed, worked)| document(surveyed, worked))
            .collect();
        let text = lines.join("\n");
        let document = json!({ "event": "result", "dry_run": false, "queues": queues });
        let mut failed = Vec::new();
        for (_, worked) in all {
            if let Some(error) = worked.error {
                let error = self.said(error, &text, &document);
                return Err(error.hint("run the same command again: it goes on with what is left"));
            }
            failed.extend(worked.failed);
        }
        if self.stop.is_requested() {
            let error = self.said(stopped(), &text, &document);
            return Err(error.hint("run the same command again: it goes on with what is left"));
        }
        if failed.is_empty() {
            return Ok(Outcome::done(text, document));
        }
        let what = counted(failed.len(), "message");
        let error = Error::new(Kind::Service, format!("{what} could not be {}", self.verb));
        let told = failed
            .iter()
            .take(TOLD)
            .map(|(id, why)| format!("{id}: {}", plain(why)));
        let error = told.fold(error, Error::detail);
        let error = self.said(error, &text, &document);
        Err(error.hint("they are still in the queue; run the same command again"))
    }

    /// Adds what went well; programs hear of it by an event, before the error.
    fn said(&self, error: Error, text: &str, document: &Value) -> Error {
        if self.context.format == crate::cli::global::Format::Json {
            let text = document.to_string();
            self.context.reporter.report(&Event::Note { text });
        }
        error.beside(text)
    }
}

fn document(surveyed: &Surveyed, worked: &Worked) -> Value {
    let pairs = |of: &[(String, String)]| -> Vec<Value> {
        let pairs = of.iter();
        pairs
            .map(|(id, why)| json!({ "id": id, "why": why }))
            .collect()
    };
    let mut document = head(surveyed);
    document.insert("done".to_owned(), worked.done.into());
    document.insert("further_copies".to_owned(), worked.copies.into());
    document.insert("dead_again".to_owned(), worked.dead_again.into());
    document.insert("skipped".to_owned(), pairs(&worked.skipped).into());
    document.insert("failed".to_owned(), pairs(&worked.failed).into());
    document.into()
}
