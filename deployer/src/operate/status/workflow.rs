//! One workflow.

use serde::Serialize;
use serde_json::Value;

use super::functions::{self, FunctionStatus};
use super::queues::{self, QueueStatus};
use super::seen::Seen;
use crate::aws::{Clients, Unfinished, count_unfinished, failed};
use crate::config::App;
use crate::count::counted;
use crate::error::Result;
use crate::resources::MAPPING;
use crate::stack::{HeldNote, LiveStack, Origin, deployed_template, describe, resources};

/// How a workflow is.
#[derive(Debug, Clone, Serialize)]
pub struct WorkflowStatus {
    /// The workflow.
    pub workflow: String,
    /// The stack.
    pub stack: String,
    /// The state of the stack; none where the workflow is not deployed.
    pub state: Option<String>,
    /// When CloudFormation last began to change the stack.
    pub changed_at: Option<String>,
    /// The last deployment; none where the workflow is not deployed.
    pub last_deployment: Option<LastDeployment>,
    /// The functions.
    pub functions: Vec<FunctionStatus>,
    /// The state of the event source mapping, where the workflow has an intake.
    pub mapping: Option<String>,
    /// The queues.
    pub queues: Vec<QueueStatus>,
    /// How many executions are unfinished; where [`Unfinished::is_complete`] is false, there are more.
    pub running_executions: Option<usize>,
    /// The same by the version that they are pinned to.
    pub unfinished_executions: Option<Unfinished>,
    /// What should be there and is not, or cannot be read.
    pub problems: Vec<String>,
}

/// A deployment that changed anything, as far as it is known.
#[derive(Debug, Clone, Serialize)]
pub struct LastDeployment {
    /// When it began; nothing where CloudFormation has since tried another one, or still does.
    pub at: Option<String>,
    /// Who deployed.
    pub by: Option<String>,
    /// The source revision.
    pub revision: Option<String>,
}

/// The states in which the last change of a stack is the deployment of its template.
const DEPLOYED: [&str; 3] = [
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
];

impl WorkflowStatus {
    /// Returns whether there is a stack.
    pub fn is_deployed(&self) -> bool {
        self.state.is_some()
    }

    fn absent(workflow: &str, stack: String) -> Self {
        Self {
            workflow: workflow.to_owned(),
            stack,
            state: None,
            changed_at: None,
            last_deployment: None,
            functions: Vec::new(),
            mapping: None,
            queues: Vec::new(),
            running_executions: None,
            unfinished_executions: None,
            problems: Vec::new(),
        }
    }
}

/// Returns how the workflows are. What is missing, or cannot be read, is said and hides nothing else.
pub async fn workflow_statuses(
    app: &App,
    clients: &Clients,
    workflows: &[String],
) -> Result<Vec<WorkflowStatus>> {
    let looks = workflows
        .iter()
        .map(|workflow| look(app, clients, workflow));
    futures::future::try_join_all(looks).await
}

async fn look(app: &App, clients: &Clients, workflow: &str) -> Result<WorkflowStatus> {
    let mut status = WorkflowStatus::absent(workflow, app.stack_name(workflow));
    let Some(live) = describe(clients, &status.stack).await? else {
        return Ok(status);
    };
    status.state = Some(live.status.as_str().to_owned());
    status.changed_at.clone_from(&live.changed_at);
    let (deployed, mapping, queues, unfinished) = tokio::join!(
        deployed(app, clients, workflow, &live),
        mapping(clients, &live),
        queues::look(clients, &live),
        unfinished(clients, &live),
    );
    let origin = keep(deployed.origin, &mut status.problems).unwrap_or_default();
    status.last_deployment = Some(LastDeployment {
        at: live
            .changed_at
            .clone()
            .filter(|_| DEPLOYED.contains(&live.status.as_str())),
        by: origin.deployed_by,
        revision: origin.revision,
    });
    status.functions = deployed.functions.found;
    status.queues = queues.found;
    status.problems.extend(deployed.functions.problems);
    status.problems.extend(queues.problems);
    status.mapping = keep(mapping, &mut status.problems).flatten();
    if app.workflow(workflow)?.intake.is_some() && status.mapping.is_none() {
        status
            .problems
            .push("there is no event source mapping, so no message comes in".to_owned());
    }
    status
        .problems
        .extend(closed(app, clients, workflow, &live).await);
    status.unfinished_executions = keep(unfinished, &mut status.problems).flatten();
    let counted = status.unfinished_executions.as_ref();
    status.running_executions = counted.map(Unfinished::total);
    Ok(status)
}

/// What the deployed template tells.
struct DeployedTemplate {
    /// Where it comes from.
    origin: Result<Origin>,
    /// Its functions.
    functions: Seen<FunctionStatus>,
}

/// Returns what the deployed template tells.
async fn deployed(
    app: &App,
    clients: &Clients,
    workflow: &str,
    live: &LiveStack,
) -> DeployedTemplate {
    let template = deployed_template(clients, &live.name).await;
    let known = template.as_ref().unwrap_or(&Value::Null);
    let functions = functions::look(app, clients, workflow, live, known).await;
    DeployedTemplate {
        origin: template.map(|template| Origin::of_template(&template)),
        functions,
    }
}

/// Returns a value, or makes its absence a problem.
fn keep<T>(result: Result<T>, problems: &mut Vec<String>) -> Option<T> {
    result
        .map_err(|error| problems.push(error.in_a_line()))
        .ok()
}

/// Returns what a deployment holds, or one that was killed. Its mark is that the termination protection of the stack is
/// the other way round.
async fn closed(app: &App, clients: &Clients, workflow: &str, live: &LiveStack) -> Option<String> {
    if live.protected == app.stage.protect {
        return None;
    }
    let held = HeldNote::of(app, workflow).read(clients).await;
    let held = held.map_or_else(
        |error| {
            format!(
                ", and what it has paused is not known ({})",
                error.in_a_line()
            )
        },
        |held| match held.len() {
            0 => String::new(),
            paused => format!(", and it has paused {}", counted(paused, "execution")),
        },
    );
    Some(format!(
        "the stack is closed for a change or its end{held}; if nothing is at work on it, `deployer up` opens it and \
         resumes what is paused"
    ))
}

async fn mapping(clients: &Clients, live: &LiveStack) -> Result<Option<String>> {
    let all = resources(clients, &live.name).await?;
    let mapping = all
        .into_iter()
        .find(|resource| resource.kind == MAPPING && resource.exists());
    let Some(id) = mapping.and_then(|mapping| mapping.physical_id) else {
        return Ok(None);
    };
    let read = clients
        .lambda
        .get_event_source_mapping()
        .uuid(&id)
        .send()
        .await
        .map_err(failed(format!(
            "the event source mapping `{id}` could not be read"
        )))?;
    Ok(read.state().map(str::to_owned))
}

async fn unfinished(clients: &Clients, live: &LiveStack) -> Result<Option<Unfinished>> {
    match live.outputs.orchestrator() {
        Some(function) => Ok(Some(count_unfinished(clients, function).await?)),
        None => Ok(None),
    }
}
