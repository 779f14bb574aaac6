//! The first step: files, environment and flags become the [`App`] of one stage, resolved and checked.

mod agent;
mod app;
mod deployment;
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
pub use deployment::{
    Changes, Deployment, DrainBy, FailedSmokeTest, Mode, ReplayCheck, Traffic, WatchedToo,
};
pub(crate) use load::{invalid_yaml, read, typed};
pub use load::{load, stages};
pub use model::{
    Application, Architecture, Channel, Identity, Intake, Local, LogLevel, MOST_STARTS,
    Orchestrator, Questions, Runtime, Stage, Target, Worker, Workflow,
};
pub use position::Positions;
pub use suggest::nearest;
pub use table::{Index, KeyType, Table};
pub use units::{Dollars, Memory, Share, Span};

#[cfg(test)]
mod tests;
