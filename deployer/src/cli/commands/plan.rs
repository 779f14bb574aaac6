//! `deployer plan`: what `up` would do.

use camino::Utf8PathBuf;
use clap::Args;
use serde_json::{Value, json};

use super::super::context::Context;
use super::super::outcome::Outcome;
use crate::config::Target;
use crate::deploy::plan::{IdleCost, Plan, text};
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
    // On this machine nobody pays.
    let cost = (context.app.stage.target == Target::Aws)
        .then(|| IdleCost::of(file.stacks.iter().map(|stack| &stack.template)));
    if let Some(cost) = &cost {
        words = format!("{words}\n{}", cost.text());
    }
    if let Some(path) = &arguments.out {
        file.write(path)?;
        let stage = &context.app.stage_name;
        words =
            format!("{words}\nWritten to {path}. Next: deployer up --stage {stage} --plan {path}");
    }
    let differs = arguments.exit_code && !plan.is_empty();
    Ok(Outcome {
        exit_code: if differs { DIFFERENCES } else { 0 },
        ..Outcome::done(words, document(plan, cost.as_ref()))
    })
}

/// Returns the plan for programs: whether anything changes, and then the plan itself.
fn document(plan: &Plan, cost: Option<&IdleCost>) -> Value {
    let mut document = json!({
        "changes": !plan.is_empty(),
        "idle_cost": cost.map(IdleCost::document),
    });
    if let (Some(fields), Ok(Value::Object(plan))) =
        (document.as_object_mut(), serde_json::to_value(plan))
    {
        fields.extend(plan);
    }
    document
}
