//! The queues that messages and executions end in when they end badly.

use serde::Serialize;

use crate::operate::deployed::DeployedWorkflow;

/// Which of a workflow's queues.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum QueueKind {
    /// Messages of the intake that were given up.
    Intake,
    /// Executions that failed, timed out or were stopped: an event of EventBridge each.
    Failed,
    /// Such events that did not reach their queue.
    Undelivered,
}

impl QueueKind {
    /// All of them, in the order in which they are told and worked on. Undelivered failures come last: put
    /// back, they would be worked on once more in the same run.
    pub const ALL: [Self; 3] = [Self::Intake, Self::Failed, Self::Undelivered];

    /// Returns the name that commands know it by.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Intake => "intake",
            Self::Failed => "failed",
            Self::Undelivered => "undelivered",
        }
    }

    /// Returns what the queue is for, in the words of every command.
    pub fn role(self) -> &'static str {
        match self {
            Self::Intake => "dead letters",
            Self::Failed => "failed executions",
            Self::Undelivered => "undelivered failures",
        }
    }
}

impl std::str::FromStr for QueueKind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == name);
        found.ok_or_else(|| "the queues are intake, failed and undelivered".to_owned())
    }
}

/// One such queue.
#[derive(Debug, Clone)]
pub struct DeadQueue {
    /// The workflow.
    pub workflow: DeployedWorkflow,
    /// Which of its queues.
    pub kind: QueueKind,
    /// Its URL.
    pub url: String,
}

/// Returns the queues of the workflows, those of `kind` only where that is given.
pub fn dead_queues(workflows: &[DeployedWorkflow], kind: Option<QueueKind>) -> Vec<DeadQueue> {
    let mut queues = Vec::new();
    for workflow in workflows {
        for each in QueueKind::ALL {
            let url = match each {
                QueueKind::Intake => workflow
                    .intake
                    .as_ref()
                    .map(|intake| &intake.dead_letter_url),
                QueueKind::Failed => Some(&workflow.failure_url),
                QueueKind::Undelivered => workflow.undelivered_url.as_ref(),
            };
            if let Some(url) = url
                && kind.is_none_or(|kind| kind == each)
            {
                queues.push(DeadQueue {
                    workflow: workflow.clone(),
                    kind: each,
                    url: url.clone(),
                });
            }
        }
    }
    queues
}
