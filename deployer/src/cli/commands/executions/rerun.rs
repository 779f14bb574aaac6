//! `deployer executions rerun`: once more.

use clap::Args;
use durable_history::is_finished;
use serde_json::{Value, json};

use crate::cli::confirm::confirm;
use crate::cli::context::Context;
use crate::cli::outcome::Outcome;
use crate::cli::payload::read_json;
use crate::cli::plain::plain;
use crate::error::{Error, Kind, Result};
use crate::event::Event;
use crate::operate::deployed::deployed;
use crate::operate::executions::{
    Difference, RerunOptions, describe_execution, differences, find, rerun,
};
use crate::pipeline::connect;

/// Runs an execution that has ended once more, with the same input, under a new name
///
/// The rerun of `X` is `X-r2`, and that of `X-r2` is `X-r3`. It goes to the version that is deployed now, not
/// through the queue.
#[derive(Debug, Args)]
pub(in crate::cli) struct RerunArguments {
    /// The execution, by its name or its ARN
    #[arg(value_name = "NAME|ARN")]
    execution: String,
    /// Another input: JSON, a file with it, or `-` for the standard input
    #[arg(long, value_name = "JSON|FILE|-")]
    input: Option<String>,
    /// Another name than the next one
    #[arg(long = "as", value_name = "NAME")]
    name: Option<String>,
    /// The execution's workflow; may be given several times
    #[arg(long, value_name = "WORKFLOW")]
    workflow: Vec<String>,
}

pub(in crate::cli) async fn run(context: &Context, arguments: &RerunArguments) -> Result<Outcome> {
    let input = arguments.input.as_deref();
    let input = input
        .map(|input| read_json("the input", input))
        .transpose()?;
    let selected = context.app.select(&arguments.workflow)?;
    let clients = connect(&context.app).await?;
    let workflows = deployed(&context.app, &clients, &selected).await?;
    let found = find(&context.app, &clients, &workflows, &arguments.execution).await?;
    let first = &found.execution;
    if let (Some(input), true) = (&input, is_finished(&first.status)) {
        let before = describe_execution(&clients, &first.arn)
            .await?
            .input_payload;
        ask_about_input(context, &first.name, before.as_deref(), input)?;
    }
    let options = RerunOptions {
        input,
        name: arguments.name.clone(),
    };
    let made = rerun(&clients, &found.workflow, &first.arn, &options).await?;
    if made.existed {
        let what = format!(
            "`{}` was rerun already: `{}` is {}",
            first.name, made.name, made.status
        );
        let error = Error::new(Kind::WrongState, what);
        return Err(if is_finished(&made.status) {
            error.hint(format!(
                "rerun that one: `deployer executions rerun {}`",
                made.name
            ))
        } else {
            error.hint(format!(
                "watch it: `deployer executions watch {}`",
                made.name
            ))
        });
    }
    let text = format!(
        "Started {}, a rerun of {}.\n\nNext: deployer executions watch {0}",
        plain(&made.name),
        plain(&first.name)
    );
    let document = json!({
        "workflow": first.workflow,
        "execution": made.name,
        "execution_arn": made.arn,
        "rerun_of": first.arn,
        "input_changed": made.input_changed,
    });
    Ok(Outcome::done(text, document))
}

/// Says what differs, and asks whether it may.
fn ask_about_input(context: &Context, name: &str, before: Option<&str>, input: &str) -> Result<()> {
    let read = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
    let found = differences(&read(before.unwrap_or("null")), &read(input));
    for difference in &found {
        let text = told(difference);
        context.reporter.report(&Event::Note { text });
    }
    if found.is_empty() {
        return Ok(());
    }
    let places = crate::count::counted(found.len(), "place");
    let what = format!("running `{name}` again with an input that differs in {places}");
    confirm(context, &what)
}

fn told(difference: &Difference) -> String {
    const NOTHING: &str = "nothing";
    let value = |value: &Option<Value>| {
        value
            .as_ref()
            .map_or_else(|| NOTHING.to_owned(), Value::to_string)
    };
    let (old, new) = (value(&difference.old), value(&difference.new));
    let text = format!("{}: {old} -> {new}", difference.path);
    plain(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Difference, told};

    #[test]
    fn a_difference_is_told_in_a_line_that_steers_no_terminal() {
        let difference = Difference {
            path: "$.amount".into(),
            old: None,
            new: Some(json!("5\u{9b}31m")),
        };
        assert_eq!(told(&difference), "$.amount: nothing -> \"5\\u{9b}31m\"");
    }
}
