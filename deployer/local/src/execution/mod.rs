//! The durable execution service: durable functions on this machine, with AWS's API of 2025-12-01.
//!
//! | room | holds |
//! |---|---|
//! | `wire`, `operation` | what goes over the wire and into the logs, beside the events of `durable-history` |
//! | `model`, `pausing` | an execution, its pauses, and the changes that make up its life |
//! | `transition` | what can happen, as pure functions from state to change |
//! | `state` | the state that a function is given back |
//! | `store`, `log` | executions on disk |
//! | `service` | executions in memory, their loops and timers |
//! | `api` | the HTTP operations |
//! | `crowd` | stores full of executions that never ran, for tests |

mod api;
mod clock;
mod crowd;
mod error;
mod log;
mod model;
mod names;
mod operation;
mod pausing;
mod service;
mod state;
mod store;
mod transition;
mod wire;

pub use crowd::Crowd;
pub use error::StoreError;
pub use service::{ExecutionCounts, ExecutionService, InvokeRequest, ServiceSettings};
