//! What an orchestrator that calls a model has besides: the right to call that one, and how much.

use super::instance::{Binding, Instance};
use super::wiring::{ORCHESTRATOR, with_access, with_variable};
use crate::config::{Dollars, Model, Scorer, Workflow};

/// Lets the orchestrator call the workflow's model, and tells it who scores. What is not said leaves it as it was before
/// it could be said.
pub(super) fn scores(
    orchestrator: Instance,
    workflow: &Workflow,
    access: &mut Vec<Instance>,
) -> Instance {
    let mut orchestrator = orchestrator;
    if workflow.scorer == Scorer::Agent {
        orchestrator = with_variable(orchestrator, "SCORER", Binding::literal("agent"));
    }
    let Some(model) = &workflow.model else {
        return orchestrator;
    };
    for (name, value) in variables(model) {
        if let Some(value) = value {
            orchestrator = with_variable(orchestrator, name, Binding::literal(value));
        }
    }
    with_access(orchestrator, model_access(model), access)
}

fn variables(model: &Model) -> [(&'static str, Option<String>); 8] {
    // The function reckons by the token.
    let a_token = |price: Option<Dollars>| {
        price.map(|price| price.billionths().div_ceil(1_000_000).to_string())
    };
    [
        ("MODEL_ID", Some(model.called())),
        ("MODEL_TURNS", Some(model.turns.to_string())),
        ("MODEL_TOKENS", Some(model.tokens.to_string())),
        ("MODEL_ANSWER_TOKENS", Some(model.answer_tokens.to_string())),
        ("MODEL_SECONDS", Some(model.time.seconds().to_string())),
        ("MODEL_INPUT_PRICE", a_token(model.input_price)),
        ("MODEL_OUTPUT_PRICE", a_token(model.output_price)),
        (
            "MODEL_COST",
            model.cost.map(|cost| cost.billionths().to_string()),
        ),
    ]
}

fn model_access(model: &Model) -> Instance {
    let name = format!("{ORCHESTRATOR}CallsModel");
    Instance::new(&name, "model-access")
        .set("Name", name.clone())
        .bind("RoleName", Binding::output(ORCHESTRATOR, "RoleName"))
        .set("Model", model.id.clone())
        .set("Profile", model.profile.clone().unwrap_or_default())
}
