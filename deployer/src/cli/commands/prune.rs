//! `deployer prune`: versions that nothing needs.

use clap::Args;
use comfy_table::{Table, presets};
use serde_json::json;

use crate::cli::confirm::confirm;
use crate::cli::context::Context;
use crate::cli::outcome::{Outcome, fitting};
use crate::cli::plain::plain;
use crate::count::counted;
use crate::error::{Error, Kind, Result};
use crate::operate::prune::{FunctionVersions, Kept, Pruned, carry_out, survey};
use crate::pipeline::{StageLock, connect};

/// Deletes versions of functions that no unfinished execution and no alias needs
///
/// The newest versions of each function stay, and so does what the stack has a hold of, and whatever could
/// not be asked. A deleted version cannot be brought back.
#[derive(Debug, Args)]
pub(in crate::cli) struct PruneArguments {
    /// The workflows; by default all
    workflow: Vec<String>,
    /// How many of the newest versions of each function stay; they cover what workers are doing just now
    #[arg(long, value_name = "NUMBER", default_value = "3")]
    keep: usize,
    /// Only shows what would be deleted, and what stays why
    #[arg(long)]
    dry_run: bool,
}

pub(in crate::cli) async fn run(context: &Context, arguments: &PruneArguments) -> Result<Outcome> {
    let app = &context.app;
    let workflows = app.select(&arguments.workflow)?;
    let clients = connect(app).await?;
    let _lock = if arguments.dry_run {
        None
    } else {
        Some(StageLock::take(app, "prune", context.reporter.as_ref()).await?)
    };
    let functions = survey(app, &clients, &workflows, arguments.keep).await?;
    let can_go: usize = functions.iter().map(can_go).sum();
    if can_go == 0 || arguments.dry_run {
        return Ok(told(&functions, &Pruned::default(), arguments.dry_run));
    }
    let what = format!("deleting {}", counted(can_go, "version"));
    if !context.yes {
        let text = table(&functions);
        context.reporter.report(&crate::event::Event::Note { text });
    }
    confirm(context, &what)?;
    let mut pruned = carry_out(&clients, &functions, context.reporter.as_ref()).await;
    let failures = std::mem::take(&mut pruned.failures);
    let outcome = told(&functions, &pruned, false);
    let summary = |count| format!("{} could not be deleted", counted(count, "version"));
    match Error::several(failures, summary) {
        Some(error) => Err(error.beside(outcome.text)),
        None => Ok(outcome),
    }
}

fn can_go(function: &FunctionVersions) -> usize {
    let versions = function.versions.iter();
    versions.filter(|version| version.kept.is_none()).count()
}

fn told(functions: &[FunctionVersions], pruned: &Pruned, dry_run: bool) -> Outcome {
    let can_go: usize = functions.iter().map(can_go).sum();
    let summary = if dry_run {
        format!("{} would be deleted.", counted(can_go, "version"))
    } else if can_go == 0 {
        "No version can go.".to_owned()
    } else {
        let deleted = counted(pruned.deleted.len(), "version");
        let spared = match pruned.spared.len() {
            0 => String::new(),
            spared => format!(" {} needed after all.", counted(spared, "version")),
        };
        format!("Deleted {deleted}.{spared} Next: deployer gc, for their zips")
    };
    let text = if functions.is_empty() {
        "Nothing is deployed.".to_owned()
    } else {
        format!("{}\n\n{summary}", table(functions))
    };
    let document = json!({
        "dry_run": dry_run,
        "functions": functions,
        "deleted": pruned.deleted,
        "spared": pruned.spared,
    });
    Outcome {
        exit_code: exit_code(functions),
        ..Outcome::done(text, document)
    }
}

/// What could not be asked is kept, and is a failure of the service all the same.
fn exit_code(functions: &[FunctionVersions]) -> u8 {
    let mut versions = functions.iter().flat_map(|function| &function.versions);
    let is_unsure = versions.any(|version| matches!(version.kept, Some(Kept::Unsure(_))));
    match (functions.is_empty(), is_unsure) {
        (true, _) => Kind::WrongState.exit_code(),
        (_, true) => Kind::Service.exit_code(),
        _ => 0,
    }
}

fn table(functions: &[FunctionVersions]) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_header(["workflow", "function", "version", ""]);
    for function in functions {
        for judged in &function.versions {
            let why = judged
                .kept
                .as_ref()
                .map_or_else(|| "can go".to_owned(), why);
            table.add_row([
                function.workflow.as_str(),
                &function.function,
                &judged.version.to_string(),
                &why,
            ]);
        }
    }
    fitting(table)
}

fn why(kept: &Kept) -> String {
    match kept {
        Kept::Alias => "stays: takes the work".to_owned(),
        Kept::Stack => "stays: in the stack".to_owned(),
        Kept::Unfinished(count) => {
            format!("stays: {}", counted(*count, "unfinished execution"))
        }
        Kept::Newest => "stays: one of the newest".to_owned(),
        Kept::Unsure(problem) => format!("stays, not sure: {}", plain(problem)),
    }
}
