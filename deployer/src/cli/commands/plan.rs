//! `deployer plan`: what `up` would do.

use camino::Utf8PathBuf;
use clap::Args;
use serde_json::{Value, json};

use super::super::context::Context;
use super::super::outcome::Outcome;
use crate::deploy::plan::{Plan, text};
use crate::error::Result;
use crate::pipeline::draft;

/// The exit code that says that there are differences, where it was asked for.
const DIFFERENCES: u8 = 11;

/// Shows what `up` would do, by property, and does none of it
///
/// Builds the functions, because their hashes are part of what is deployed, and reads the live stacks.
#[derive(Debug, Args)]
pub(in crate::cli) struct PlanArguments {
    /// The workflows; by default all
    workflow: Vec<String>,
    /// Writes the plan into this file, for `deployer up --plan FILE`
    #[arg(long)]
    out: Option<Utf8PathBuf>,
    /// Ends with exit code 11 where there are differences
    #[arg(long)]
    exit_code: bool,
}

pub(in crate::cli) async fn run(context: &Context, arguments: &PlanArguments) -> Result<Outcome> {
    let file = draft(&context.session(), &arguments.workflow).await?;
    let plan = &file.plan;
    let mut words = text(plan);
    if let Some(path) = &arguments.out {
        file.write(path)?;
        let stage = &context.app.stage_name;
        words =
            format!("{words}\nWritten to {path}. Next: deployer up --stage {stage} --plan {path}");
    }
    let differs = arguments.exit_code && !plan.is_empty();
    Ok(Outcome {
        exit_code: if differs { DIFFERENCES } else { 0 },
        ..Outcome::done(words, document(plan))
    })
}

/// Returns the plan for programs: whether anything changes, and then the plan itself.
fn document(plan: &Plan) -> Value {
    let mut document = json!({ "changes": !plan.is_empty() });
    if let (Some(fields), Ok(Value::Object(plan))) =
        (document.as_object_mut(), serde_json::to_value(plan))
    {
        fields.extend(plan);
    }
    document
}
