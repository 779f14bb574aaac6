//! `deployer rollback`: back to the version before.

use clap::Args;
use serde_json::json;

use crate::cli::context::Context;
use crate::cli::outcome::Outcome;
use crate::count::counted;
use crate::error::{Error, Result};
use crate::pipeline::rollback;

/// Lets new executions start on the version before, at once and without a build
///
/// Moves the alias of the orchestrator; workers, tables and queues stay as they are, and so do executions that
/// go on. The next `up` asks before it brings back what was left.
#[derive(Debug, Args)]
pub(in crate::cli) struct RollbackArguments {
    /// The workflow; may be left out where there is only one
    workflow: Option<String>,
    /// The version to go to; by default the highest below the one that takes the work
    #[arg(long, value_name = "NUMBER")]
    to: Option<u64>,
}

pub(in crate::cli) async fn run(
    context: &Context,
    arguments: &RollbackArguments,
) -> Result<Outcome> {
    let workflow = match &arguments.workflow {
        Some(workflow) => workflow.clone(),
        None => only_one(&context.app.select(&[])?)?,
    };
    let done = rollback(&context.session(), &workflow, arguments.to).await?;
    let stage = &context.app.stage_name;
    let going_on = match done.in_flight {
        Some(0) => String::new(),
        Some(count) => format!(
            "\n{} of version {} finish there; `deployer executions stop --workflow {workflow} --version {}` ends them.",
            counted(count, "execution"),
            done.from,
            done.from
        ),
        None => "\nHow many executions of the version that was left go on is not known.".to_owned(),
    };
    let text = format!(
        "{workflow} is back on version {} from version {} ({:.1} s).{going_on}\nNext: mend it, then deployer up --stage {stage}",
        done.to, done.from, done.seconds
    );
    let document = json!({
        "workflow": done.workflow,
        "from": done.from,
        "to": done.to,
        "in_flight": done.in_flight,
        "seconds": done.seconds,
    });
    Ok(Outcome::done(text, document))
}

fn only_one(workflows: &[String]) -> Result<String> {
    match workflows {
        [one] => Ok(one.clone()),
        several => Err(Error::usage("say which workflow goes back")
            .hint(format!("one of {}", several.join(", ")))),
    }
}
