//! The application resolved for one stage: what every later step works from.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use super::model::{Application, Stage, Target, Workflow};
use super::partition::partition;
use super::source::Sources;
use super::suggest::nearest;
use crate::error::{Error, Kind, Result};

/// What stands for a workflow in the names and tags of the artifact bucket's stack; no workflow is named so.
pub const ARTIFACTS: &str = "artifacts";

/// The application of one stage, with every default filled in.
#[derive(Debug, Clone)]
pub struct App {
    /// The folder that holds `config/`, `templates/` and `functions/`.
    pub root: Utf8PathBuf,
    /// The folder for everything that the deployer makes on this machine.
    pub state_directory: Utf8PathBuf,
    /// The name of the stage.
    pub stage_name: String,
    /// Where and how the stage runs.
    pub stage: Stage,
    /// What the application is.
    pub application: Application,
    pub(crate) sources: Sources,
}

/// What a function is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FunctionRole {
    /// The durable function of a workflow.
    Orchestrator,
    /// The function between queue and orchestrator.
    Intermediary,
    /// An ordinary function that an orchestrator invokes.
    Worker,
    /// The function behind the links of questions.
    Answers,
}

impl App {
    /// Returns the stack of a workflow.
    pub fn stack_name(&self, workflow: &str) -> String {
        format!("{}-{}-{workflow}", self.application.name, self.stage_name)
    }

    /// Returns the stack of the artifact bucket.
    pub fn artifact_stack_name(&self) -> String {
        self.stack_name(ARTIFACTS)
    }

    /// Returns the account that the stage belongs to; the local target has one of its own.
    pub fn account(&self) -> &str {
        match (&self.stage.account, self.stage.target) {
            (Some(account), _) => account,
            (None, _) => "000000000000",
        }
    }

    /// Returns the partition that the stage's region is in, such as `aws` or `aws-cn`; every ARN begins with it.
    pub fn partition(&self) -> &'static str {
        partition(&self.stage.region)
    }

    /// Returns the artifact bucket. The account and the region are in its name because bucket names are global.
    pub fn artifact_bucket(&self) -> String {
        format!(
            "{}-{}-{}",
            self.artifact_stack_name(),
            self.account(),
            self.stage.region
        )
    }

    /// Returns the log group of a function of a workflow.
    pub fn log_group(&self, workflow: &str, function: &str) -> String {
        format!(
            "/{}/{}/{workflow}/{function}",
            self.application.name, self.stage_name
        )
    }

    /// Returns whether this machine's local target serves the stage, rather than an endpoint run by hand.
    pub fn uses_local_target(&self) -> bool {
        self.stage.target == Target::Local && self.stage.endpoint.is_none()
    }

    /// Returns every function of `workflows` with its role, by name.
    pub fn functions(&self, workflows: &[String]) -> BTreeMap<String, FunctionRole> {
        let mut functions = BTreeMap::new();
        for workflow in workflows
            .iter()
            .filter_map(|name| self.application.workflows.get(name))
        {
            functions.insert(
                workflow.orchestrator.function.clone(),
                FunctionRole::Orchestrator,
            );
            if let Some(intake) = &workflow.intake {
                functions.insert(intake.function.clone(), FunctionRole::Intermediary);
            }
            if let Some(questions) = &workflow.questions {
                functions.insert(questions.function.clone(), FunctionRole::Answers);
            }
            for worker in workflow.workers.keys() {
                functions.insert(worker.clone(), FunctionRole::Worker);
            }
        }
        functions
    }

    /// Returns a workflow by name.
    pub fn workflow(&self, name: &str) -> Result<&Workflow> {
        self.application.workflows.get(name).ok_or_else(|| {
            let names = self.application.workflows.keys().map(String::as_str);
            let known = names.clone().collect::<Vec<_>>().join("`, `");
            let error = Error::new(
                Kind::Usage,
                format!("there is no workflow `{name}` in config/app.yaml"),
            );
            match nearest(name, names) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint(format!("the workflows are `{known}`")),
            }
        })
    }

    /// Returns the chosen workflows, each known; none chosen means all.
    pub fn select(&self, chosen: &[String]) -> Result<Vec<String>> {
        if chosen.is_empty() {
            return Ok(self.application.workflows.keys().cloned().collect());
        }
        let mut selected = Vec::new();
        for name in chosen {
            self.workflow(name)?;
            if !selected.contains(name) {
                selected.push(name.clone());
            }
        }
        Ok(selected)
    }
}
