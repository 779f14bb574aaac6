//! What the local target says of itself.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::execution::ExecutionCounts;

/// Whether the local target runs, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Whether it answers.
    pub running: bool,
    /// Where AWS clients reach it.
    pub endpoint: Option<String>,
    /// The daemon's process.
    pub pid: Option<u32>,
    /// The region of everything that does not name one.
    pub region: String,
    /// The account id.
    pub account: String,
    /// Whether functions may do only what their roles allow.
    #[serde(default)]
    pub enforces_iam: bool,
    /// The folder that its state is in.
    pub state: PathBuf,
    /// The version of MiniStack that it runs.
    pub ministack_version: String,
    /// The durable executions it knows; absent while it is stopped.
    pub executions: Option<Executions>,
}

/// Counts of durable executions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Executions {
    /// Those that run or wait.
    pub running: usize,
    /// All that are kept, closed ones too.
    pub total: usize,
    /// Those that are lost because their log is damaged; it lies beside the others, under a name
    /// that ends in `.damaged`.
    #[serde(default)]
    pub damaged: usize,
}

impl From<ExecutionCounts> for Executions {
    fn from(counts: ExecutionCounts) -> Self {
        Self {
            running: counts.running,
            total: counts.total,
            damaged: counts.damaged,
        }
    }
}
