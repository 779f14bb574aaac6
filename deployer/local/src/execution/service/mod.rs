//! The running service: executions in memory, their loops, and what they talk to.

mod chained;
mod core;
mod drive;
mod entry;
mod faults;
mod open;
mod publish;
mod registry;
mod request;
mod settings;
mod start;
#[cfg(test)]
mod tests;

pub(crate) use chained::UNQUALIFIED;
pub(crate) use core::Core;
pub(crate) use entry::{Cell, Entry, LastCheckpoint};
pub(crate) use faults::Fault;
pub use open::{ExecutionCounts, ExecutionService};
pub(crate) use registry::{Place, Registry};
pub use request::InvokeRequest;
pub use settings::ServiceSettings;
pub(crate) use start::{NewExecution, StartError};
