//! How the workflows of a stage are: stack, functions, mapping, queues, executions.

mod functions;
mod queues;
mod workflow;

pub use functions::FunctionStatus;
pub use queues::QueueStatus;
pub use workflow::{Deployment, WorkflowStatus};

use crate::aws::Clients;
use crate::config::App;
use crate::error::Result;

/// Returns how the workflows are. What is missing, or cannot be read, is said and hides nothing else.
pub async fn status(
    app: &App,
    clients: &Clients,
    workflows: &[String],
) -> Result<Vec<WorkflowStatus>> {
    let looks = workflows
        .iter()
        .map(|workflow| workflow::look(app, clients, workflow));
    futures::future::try_join_all(looks).await
}
