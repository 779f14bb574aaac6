//! The first step: files, environment and flags become the [`App`] of one stage, resolved and checked.

mod agent;
mod app;
mod load;
mod model;
mod partition;
mod position;
mod source;
mod suggest;
mod table;
mod units;

pub use agent::{Model, Scorer};
pub use app::{ARTIFACTS, App, FunctionRole};
pub(crate) use load::{invalid_yaml, read, typed};
pub use load::{load, stages};
pub use model::{
    Application, Architecture, Changes, Channel, Deployment, FailedSmokeTest, Identity, Intake,
    Local, LogLevel, MOST_STARTS, Mode, Orchestrator, Questions, ReplayCheck, Runtime, Stage,
    Target, Traffic, Worker, Workflow,
};
pub use position::Positions;
pub use suggest::nearest;
pub use table::{Index, KeyType, Table};
pub use units::{Dollars, Memory, Share, Span};

#[cfg(test)]
mod tests;
