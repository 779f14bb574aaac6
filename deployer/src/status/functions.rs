//! The functions of a workflow, and which version of each takes the work.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::workflow::{in_a_line, outputs_ending};
use crate::apply::LiveStack;
use crate::aws::{Clients, failed};
use crate::config::App;
use crate::error::Result;
use crate::link::pascal_case;
use crate::publish::REVISION;

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
    /// Lambda's state of that version.
    pub state: String,
    /// The source revision that its code was first built from, where it is known.
    pub revision: Option<String>,
}

pub(super) async fn look(
    app: &App,
    clients: &Clients,
    workflow: &str,
    live: &LiveStack,
) -> (Vec<FunctionStatus>, Vec<String>) {
    let keys = code_keys(clients, &live.name).await.unwrap_or_default();
    let names = outputs_ending(live, "FunctionName");
    let looks = instances(app, workflow)
        .into_iter()
        .map(|(instance, function)| {
            let key = keys.get(&format!("{instance}Function"));
            let name = names.get(instance.as_str()).copied();
            async move {
                let name =
                    name.ok_or_else(|| format!("the function `{function}` is not deployed"))?;
                look_at(app, clients, function, name, key.map(String::as_str))
                    .await
                    .map_err(|error| in_a_line(&error))
            }
        });
    let mut found = Vec::new();
    let mut problems = Vec::new();
    for look in futures::future::join_all(looks).await {
        match look {
            Ok(function) => found.push(function),
            Err(problem) => problems.push(problem),
        }
    }
    (found, problems)
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
    let workers = workflow.workers.keys();
    instances.extend(workers.map(|worker| (pascal_case(worker), worker.clone())));
    instances
}

async fn look_at(
    app: &App,
    clients: &Clients,
    function: String,
    name: &str,
    key: Option<&str>,
) -> Result<FunctionStatus> {
    let alias = clients
        .lambda
        .get_alias()
        .function_name(name)
        .name(ALIAS)
        .send()
        .await
        .map_err(failed(format!(
            "the alias `{ALIAS}` of `{name}` could not be read"
        )))?;
    let version = alias.function_version().unwrap_or_default().to_owned();
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
        revision: match key {
            Some(key) => revision(app, clients, key).await,
            None => None,
        },
    })
}

/// Returns the keys of the zips by the functions' logical ids, from the template that is deployed.
async fn code_keys(clients: &Clients, stack: &str) -> Result<BTreeMap<String, String>> {
    let template = clients
        .cloudformation
        .get_template()
        .stack_name(stack)
        .send()
        .await
        .map_err(failed(format!(
            "the template of the stack `{stack}` could not be read"
        )))?;
    let template: Value = template
        .template_body()
        .and_then(|body| serde_json::from_str(body).ok())
        .unwrap_or_default();
    let resources = template.get("Resources").and_then(Value::as_object);
    let keys = resources
        .into_iter()
        .flatten()
        .filter_map(|(id, resource)| {
            let key = resource.pointer("/Properties/Code/S3Key")?.as_str()?;
            Some((id.clone(), key.to_owned()))
        });
    Ok(keys.collect())
}

/// Returns the revision that is noted at a zip; it only informs, so its absence is no problem.
async fn revision(app: &App, clients: &Clients, key: &str) -> Option<String> {
    let object = clients
        .s3
        .head_object()
        .bucket(app.artifact_bucket())
        .key(key)
        .send()
        .await
        .ok()?;
    object.metadata()?.get(REVISION).cloned()
}
