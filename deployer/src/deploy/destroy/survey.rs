//! What there is to destroy, and what would be lost with it.

use super::tables::{self, Data, TableSurvey};
use crate::aws::{Clients, Messages, messages, unfinished_executions};
use crate::config::App;
use crate::error::Result;
use crate::resources::MAPPING;
use crate::stack::{describe, physical_resources, unconfigured_workflows};

/// What there is to destroy.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Survey {
    /// The stacks of the workflows.
    pub stacks: Vec<StackSurvey>,
    /// The tables that stacks deleted earlier have left behind, where they are to be purged.
    pub orphans: Vec<TableSurvey>,
    /// The stack and the bucket of the artifacts, where no workflow needs them afterwards.
    pub artifacts: Option<(String, String)>,
}

/// One stack, and what would be lost with it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct StackSurvey {
    /// The workflow.
    pub workflow: String,
    /// The stack.
    pub stack: String,
    /// Whether termination protection is on.
    pub protected: bool,
    /// Whether the stage wants it on.
    #[serde(skip)]
    pub protect: bool,
    /// How many executions are running.
    pub running_executions: usize,
    /// How many messages wait in its queues.
    pub messages: u64,
    /// The tables, and whether they outlive the stack.
    pub tables: Vec<TableSurvey>,
    /// The types and physical ids of its resources.
    #[serde(skip)]
    pub resources: Vec<(String, String)>,
    pub(super) mapping: Option<String>,
    pub(super) orchestrator: Option<String>,
}

impl Survey {
    /// Returns whether there is a table with data that could be lost.
    pub fn has_tables(&self) -> bool {
        !self.orphans.is_empty() || self.stacks.iter().any(|stack| !stack.tables.is_empty())
    }

    /// Returns whether there is nothing to destroy.
    pub fn is_empty(&self) -> bool {
        self.stacks.is_empty() && self.orphans.is_empty() && self.artifacts.is_none()
    }
}

/// How far `destroy` reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The workflows that were named.
    Named,
    /// Everything of the stage, workflows that the configuration no longer has included.
    Everything,
}

/// Returns what there is of `workflows`; with all of them gone the artifacts go too.
pub async fn survey(
    app: &App,
    clients: &Clients,
    workflows: &[String],
    reach: Reach,
    data: Data,
) -> Result<Survey> {
    let mut stacks: Vec<StackSurvey> = Vec::new();
    let mut remaining = false;
    for workflow in app.application.workflows.keys() {
        let name = app.stack_name(workflow);
        if workflows.contains(workflow) {
            stacks.extend(survey_stack(app, clients, workflow, &name).await?);
        } else {
            remaining |= describe(clients, &name).await?.is_some();
        }
    }
    for workflow in unconfigured_workflows(app, clients).await? {
        let name = app.stack_name(&workflow);
        if reach == Reach::Everything {
            stacks.extend(survey_stack(app, clients, &workflow, &name).await?);
        } else {
            remaining = true;
        }
    }
    let artifact_stack = app.artifact_stack_name();
    let artifacts = if !remaining && describe(clients, &artifact_stack).await?.is_some() {
        Some((artifact_stack, app.artifact_bucket()))
    } else {
        None
    };
    let orphans = if data == Data::Purge {
        let names: Vec<String> = workflows.iter().map(|name| app.stack_name(name)).collect();
        let owned: Vec<&TableSurvey> = stacks.iter().flat_map(|stack| &stack.tables).collect();
        tables::orphans(clients, &names, &owned).await?
    } else {
        Vec::new()
    };
    Ok(Survey {
        stacks,
        orphans,
        artifacts,
    })
}

/// Returns the stacks of the stage's workflows that there are, those included that are only being made.
pub(super) async fn workflow_stacks(app: &App, clients: &Clients) -> Result<Vec<String>> {
    let mut stacks = Vec::new();
    for workflow in app.application.workflows.keys() {
        let name = app.stack_name(workflow);
        if describe(clients, &name).await?.is_some() {
            stacks.push(name);
        }
    }
    let others = unconfigured_workflows(app, clients).await?;
    stacks.extend(others.iter().map(|workflow| app.stack_name(workflow)));
    Ok(stacks)
}

async fn survey_stack(
    app: &App,
    clients: &Clients,
    workflow: &str,
    name: &str,
) -> Result<Option<StackSurvey>> {
    let Some(live) = describe(clients, name).await? else {
        return Ok(None);
    };
    let resources = physical_resources(clients, name).await?;
    let of_type = |wanted: &str| {
        resources
            .iter()
            .find(|(kind, _)| kind == wanted)
            .map(|(_, id)| id.clone())
    };
    let orchestrator = live.outputs.orchestrator().map(str::to_owned);
    let running_executions = match &orchestrator {
        Some(function) => unfinished_executions(clients, function).await?.len(),
        None => 0,
    };
    let mut held = 0;
    for (_, queue) in live.outputs.queues() {
        // The count only informs, so a queue that cannot be read counts as empty.
        held += messages(clients, queue).await.map_or(0, Messages::total);
    }
    Ok(Some(StackSurvey {
        workflow: workflow.to_owned(),
        stack: name.to_owned(),
        protected: live.protected,
        protect: app.stage.protect,
        running_executions,
        messages: held,
        tables: tables::survey(clients, name).await?,
        mapping: of_type(MAPPING),
        orchestrator,
        resources,
    }))
}
