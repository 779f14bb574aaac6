//! `deployer gc`: what the artifact bucket no longer needs.

use clap::Args;
use serde_json::json;

use super::super::confirm::confirm;
use super::super::context::Context;
use super::super::outcome::Outcome;
use crate::config::Span;
use crate::count::counted;
use crate::error::Result;
use crate::event::Event;
use crate::operate::garbage::{Findings, find, remove};
use crate::pipeline::{StageLock, connect};

/// Deletes zips that no stack, alias or unfinished execution of the stage needs
///
/// What a stack's template names, what an alias points at and what unfinished executions run on stays,
/// as does everything younger than the buffer. The bucket keeps deleted zips for thirty days more.
#[derive(Debug, Args)]
pub(in crate::cli) struct GcArguments {
    /// The buffer: what is younger stays
    #[arg(long, default_value = "14d")]
    older_than: Span,
    /// Only shows what would be deleted
    #[arg(long)]
    dry_run: bool,
}

pub(in crate::cli) async fn run(context: &Context, arguments: &GcArguments) -> Result<Outcome> {
    let app = &context.app;
    let clients = connect(&context.app).await?;
    let _lock = if arguments.dry_run {
        None
    } else {
        Some(StageLock::take(app, "gc", context.reporter.as_ref()).await?)
    };
    let findings = find(app, &clients, arguments.older_than.duration()).await?;
    let count = findings.garbage.len();
    for garbage in &findings.garbage {
        let what = if arguments.dry_run { "would" } else { "will" };
        context.reporter.report(&Event::Note {
            text: format!("{what} delete {}", garbage.key),
        });
    }
    let deletes = count > 0 && !arguments.dry_run;
    if deletes {
        confirm(context, &format!("deleting {}", counted(count, "object")))?;
        remove(app, &clients, &findings.garbage).await?;
    }
    Ok(finish(&findings, deletes))
}

fn finish(findings: &Findings, deleted: bool) -> Outcome {
    let bytes: u64 = findings.garbage.iter().map(|garbage| garbage.bytes).sum();
    let count = findings.garbage.len();
    let done = if deleted { "Deleted" } else { "Found" };
    let objects = counted(count, "object");
    let text = format!(
        "{done} {objects} that nothing needs ({} MB); {} are needed, and {} are younger than the buffer.",
        bytes / 1_000_000,
        findings.needed,
        findings.young
    );
    let document = json!({
        "deleted": deleted,
        "garbage": findings.garbage,
        "needed": findings.needed,
        "young": findings.young,
    });
    Outcome::done(text, document)
}
