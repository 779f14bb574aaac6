//! `deployer executions export`: one execution, as a file.

use camino::Utf8PathBuf;
use clap::Args;
use serde_json::{Value, json};

use crate::cli::context::Context;
use crate::cli::outcome::{Outcome, write_line};
use crate::error::{Error, Kind, Result};
use crate::operate::deployed::deployed;
use crate::operate::executions::{find, read_record};
use crate::pipeline::connect;

/// Prints all that the service tells of one execution, for `executions show --file`
///
/// It is JSON: `Execution` as `GetDurableExecution` answers it, `Events` as `GetDurableExecutionHistory`
/// does. Inputs and results are in it as they are.
#[derive(Debug, Args)]
pub(in crate::cli) struct ExportArguments {
    /// The execution, by its name or its ARN
    #[arg(value_name = "NAME|ARN")]
    execution: String,
    /// Only of this workflow; may be given again
    #[arg(long)]
    workflow: Vec<String>,
    /// Writes into this file, rather than to stdout
    #[arg(long, value_name = "FILE")]
    out: Option<Utf8PathBuf>,
}

pub(in crate::cli) async fn run(context: &Context, arguments: &ExportArguments) -> Result<Outcome> {
    let app = &context.app;
    let workflows = app.select(&arguments.workflow)?;
    let clients = connect(app).await?;
    let deployed = deployed(app, &clients, &workflows).await?;
    let found = find(app, &clients, &deployed, &arguments.execution).await?;
    let record = read_record(&clients, &found.execution.arn).await?;
    let text = record.to_json().map_err(|error| {
        Error::new(Kind::Bug, "the execution could not be written as JSON").caused_by(error)
    })?;
    let Some(file) = &arguments.out else {
        // The same bytes for people and programs: it is for a file.
        write_line(&mut std::io::stdout().lock(), text.trim_end());
        return Ok(Outcome::done("", Value::Null));
    };
    fs_err::write(file, text)?;
    let name = &found.execution.name;
    Ok(Outcome::done(
        format!("{file} has the execution. Next: deployer executions show --file {file}"),
        json!({ "file": file, "execution": name, "events": record.events.len() }),
    ))
}
