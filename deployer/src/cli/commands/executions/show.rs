//! `deployer executions show`: one execution, as a tree.

use std::io::Read as _;

use camino::{Utf8Path, Utf8PathBuf};
use clap::{ArgGroup, Args};
use durable_history::Record;
use serde_json::{Value, json};

use super::tree::{Canvas, tree};
use crate::cli::context::Context;
use crate::cli::moment::now;
use crate::cli::outcome::Outcome;
use crate::error::Result;
use crate::operate::deployed::deployed;
use crate::operate::executions::{ExecutionView, find, parse_record, read_chained, read_record};
use crate::operate::picture::{self, Chained, Shown};
use crate::pipeline::connect;

/// Shows one execution: its operations as a tree, what it waits for, its errors
///
/// On a terminal that is wide enough each operation has its bars over time, folded where nothing works.
/// With `-v`, inputs, results and stack traces too. What looks like a secret is hidden.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("picture").args(["html", "svg"]).multiple(true)))]
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
    /// Writes a page with its timeline into this file; it needs neither a script nor a network
    #[arg(long, value_name = "FILE")]
    html: Option<Utf8PathBuf>,
    /// Writes the timeline as an image into this file; it has no inputs and results in it, and errors in short
    #[arg(long, value_name = "FILE")]
    svg: Option<Utf8PathBuf>,
    /// How many levels of executions that it started are put into the page; those of a file are named only
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        requires = "html",
        conflicts_with = "file"
    )]
    depth: usize,
    /// Leaves inputs, results and the words of errors out of what is written
    #[arg(long, requires = "picture")]
    redact: bool,
}

impl ShowArguments {
    /// Shows an execution from a file, which needs no project and no credentials; nothing without one.
    pub(in crate::cli) fn run_anywhere(&self, verbose: bool) -> Option<Result<Outcome>> {
        let file = self.file.as_deref()?;
        // Nobody knows how it went on after it was written.
        let canvas = Canvas::of_stdout(None);
        Some(read(file).and_then(|record| self.told(&record, &Chained::new(), verbose, canvas)))
    }

    /// Returns the execution as a tree, or writes its pictures.
    fn told(
        &self,
        record: &Record,
        chained: &Chained,
        verbose: bool,
        canvas: Canvas,
    ) -> Result<Outcome> {
        let view = ExecutionView::of(record);
        let shown = if self.redact {
            Shown::Outline
        } else {
            Shown::Data
        };
        let mut written = Vec::new();
        if let Some(file) = &self.html {
            fs_err::write(file, picture::html_with(record, chained, shown))?;
            written.push(file);
        }
        if let Some(file) = &self.svg {
            fs_err::write(file, picture::svg(record, shown))?;
            written.push(file);
        }
        if written.is_empty() {
            let text = tree(record, verbose, canvas).text();
            return Ok(Outcome::done(text, document(&view)));
        }
        let lines = written
            .iter()
            .map(|file| format!("{file} has its timeline."));
        let text = lines.collect::<Vec<_>>().join("\n");
        Ok(Outcome::done(
            text,
            json!({ "execution": view.name, "files": written }),
        ))
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
    let depth = arguments.html.as_ref().map_or(0, |_| arguments.depth);
    let chained = read_chained(&clients, &record, depth).await?;
    let canvas = Canvas::of_stdout(Some(now()));
    arguments.told(&record, &chained, context.verbose, canvas)
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
    parse_record(file, &text)
}
