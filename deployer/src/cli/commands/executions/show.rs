//! `deployer executions show`: one execution, as a tree.

use std::io::Read as _;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use durable_history::Record;
use serde_json::Value;

use super::tree;
use crate::cli::context::Context;
use crate::cli::outcome::Outcome;
use crate::error::{Error, Result};
use crate::operate::deployed::deployed;
use crate::operate::executions::{ExecutionView, find, read_record};
use crate::pipeline::connect;

/// Shows one execution: its operations as a tree, what it waits for, its errors
///
/// With `-v`, inputs, results and stack traces too. What looks like a secret is hidden.
#[derive(Debug, Args)]
pub(in crate::cli) struct ShowArguments {
    /// The execution, by its name or its ARN
    #[arg(value_name = "NAME|ARN", required_unless_present = "file")]
    execution: Option<String>,
    /// Only of this workflow; may be given again
    #[arg(long)]
    workflow: Vec<String>,
    /// Reads what `executions export` wrote, `-` from stdin, rather than the service
    #[arg(long, value_name = "FILE", conflicts_with_all = ["execution", "workflow"])]
    file: Option<Utf8PathBuf>,
}

impl ShowArguments {
    /// Shows an execution from a file, which needs no project and no credentials; nothing without one.
    pub(in crate::cli) fn run_anywhere(&self, verbose: bool) -> Option<Result<Outcome>> {
        let file = self.file.as_deref()?;
        Some(read(file).map(|record| outcome(&record, verbose)))
    }
}

pub(in crate::cli) async fn run(context: &Context, arguments: &ShowArguments) -> Result<Outcome> {
    let app = &context.app;
    let workflows = app.select(&arguments.workflow)?;
    let clients = connect(app).await?;
    let deployed = deployed(app, &clients, &workflows).await?;
    let wanted = arguments.execution.as_deref().unwrap_or_default();
    let found = find(app, &clients, &deployed, wanted).await?;
    let record = read_record(&clients, &found.execution.arn).await?;
    Ok(outcome(&record, context.verbose))
}

fn outcome(record: &Record, verbose: bool) -> Outcome {
    let view = ExecutionView::of(record);
    let text = tree::render(&view, verbose);
    Outcome::done(text, document(&view))
}

/// Returns the execution for programs.
pub(super) fn document(view: &ExecutionView) -> Value {
    serde_json::to_value(view).unwrap_or_default()
}

fn read(file: &Utf8Path) -> Result<Record> {
    let text = if file == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        text
    } else {
        fs_err::read_to_string(file)?
    };
    Record::read(&text).map_err(|error| {
        let line = error.line();
        Error::usage(format!("{file}:{line}: this is no execution"))
            .caused_by(error)
            .hint("`deployer executions export NAME --out FILE` writes one")
    })
}
