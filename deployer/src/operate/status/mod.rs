//! How the workflows of a stage are: stack, functions, mapping, queues, executions.

mod functions;
mod queues;
mod seen;
mod workflow;

pub use functions::FunctionStatus;
pub use queues::QueueStatus;
pub use workflow::{LastDeployment, WorkflowStatus, workflow_statuses};
