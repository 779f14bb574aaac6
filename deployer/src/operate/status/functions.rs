//! The functions of a workflow, and which version of each takes the work.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::seen::Seen;
use crate::aws::{self, Clients, failed};
use crate::config::App;
use crate::error::{Error, Result};
use crate::stack::{LiveStack, pascal_case, revision_of};

/// The alias that everything invokes.
const ALIAS: &str = "live";

/// How a function is.
#[derive(Debug, Clone, Serialize)]
pub struct FunctionStatus {
    /// The folder in `functions/`.
    pub function: String,
    /// The function's name at Lambda.
    pub name: String,
    /// The version behind the alias.
    pub version: String,
    /// The versions that have a share of new work, with it, from 0 to 1; most often none.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub shares: BTreeMap<String, f64>,
    /// Lambda's state of that version.
    pub state: String,
    /// The source revision that gave it its present form, code and configuration, where that is known.
    pub revision: Option<String>,
}

pub(super) async fn look(
    app: &App,
    clients: &Clients,
    workflow: &str,
    live: &LiveStack,
    template: &Value,
) -> Seen<FunctionStatus> {
    let names: BTreeMap<&str, &str> = live.outputs.functions().collect();
    let looks = instances(app, workflow)
        .into_iter()
        .map(|(instance, function)| {
            let resource = template.get("Resources");
            let resource = resource.and_then(|all| all.get(format!("{instance}Function")));
            let revision = resource.and_then(revision_of).map(str::to_owned);
            let name = names.get(instance.as_str()).copied();
            async move {
                let name =
                    name.ok_or_else(|| format!("the function `{function}` is not deployed"))?;
                let found = look_at(clients, function, name).await;
                let found = found.map_err(|error| Error::in_a_line(&error))?;
                Ok(FunctionStatus { revision, ..found })
            }
        });
    let looks = futures::future::join_all(looks).await;
    looks.into_iter().collect()
}

/// Returns the functions of a workflow by the instance that each is linked as.
fn instances(app: &App, workflow: &str) -> Vec<(String, String)> {
    let Ok(workflow) = app.workflow(workflow) else {
        return Vec::new();
    };
    let mut instances = vec![(
        "Orchestrator".to_owned(),
        workflow.orchestrator.function.clone(),
    )];
    instances.extend(
        workflow
            .intake
            .as_ref()
            .map(|intake| ("Intake".to_owned(), intake.function.clone())),
    );
    let questions = workflow.questions.as_ref();
    let answers = questions.map(|questions| ("Answers".to_owned(), questions.function.clone()));
    instances.extend(answers);
    let workers = workflow.workers.keys();
    instances.extend(workers.map(|worker| (pascal_case(worker), worker.clone())));
    instances
}

async fn look_at(clients: &Clients, function: String, name: &str) -> Result<FunctionStatus> {
    let alias = aws::alias(&clients.lambda, name, ALIAS).await?;
    let version = alias.function_version().unwrap_or_default().to_owned();
    let routing = alias.routing_config();
    let shares = routing.and_then(|routing| routing.additional_version_weights());
    let shares = shares.into_iter().flatten();
    let shares = shares
        .map(|(version, share)| (version.clone(), *share))
        .collect();
    let configuration = clients
        .lambda
        .get_function_configuration()
        .function_name(name)
        .qualifier(&version)
        .send()
        .await
        .map_err(failed(format!(
            "version {version} of `{name}` could not be read"
        )))?;
    let state = configuration
        .state()
        .map_or("Active", |state| state.as_str());
    Ok(FunctionStatus {
        function,
        name: name.to_owned(),
        state: state.to_owned(),
        version,
        shares,
        revision: None,
    })
}
