//! The coherence rules: what each file says may be right and the whole still wrong.

mod check;
mod finding;
mod functions;
mod intake;
mod names;
mod orchestrator;
mod secrets;
mod stage;
mod types;

pub use check::{check_application, check_template, doubts, require_clean, require_sound};
pub use finding::{Finding, Findings};

#[cfg(test)]
mod tests;
