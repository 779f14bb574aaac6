//! The coherence rules: what each file says may be right and the whole still wrong.

mod check;
mod finding;
mod functions;
mod intake;
mod limits;
mod model;
mod names;
mod orchestrator;
mod questions;
mod roles;
mod secrets;
mod stage;
mod tables;
mod tags;
mod types;

pub use check::{check_application, check_template, doubts, require_clean, require_sound};
pub use finding::{Finding, Findings};
pub(crate) use limits::LARGEST_TEMPLATE;

#[cfg(test)]
mod tests;
