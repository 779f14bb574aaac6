//! Runs new code against the histories of durable executions, apart from everything else.
//!
//! A [`Program`] is the binary of a durable function. It is given what a history tells, as the service would
//! give it, and its answers tell whether it comes to the same operations: the [`Verdict`]. Nothing answers it
//! but the history, and where the machine allows it, it runs in a network that reaches nothing, without
//! credentials in any case: so no step can do anything to anybody.
//!
//! What a history has of an operation is what decides: type, kind, name and order. The bodies of steps, and
//! how often they are tried, are not looked at; they may change.

mod apart;
mod check;
mod given;
mod golden;
mod judge;
#[cfg(target_os = "linux")]
mod loopback;
mod otherwise;
mod process;
mod program;
mod run;
mod service;
mod verdict;

pub use apart::{Worker, check_apart, work};
pub use golden::golden;
pub use otherwise::Otherwise;
pub use program::{Error, Program};
pub use verdict::{Isolation, Judgment, Report, Verdict};
