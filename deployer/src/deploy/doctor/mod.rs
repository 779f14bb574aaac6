//! Whether this machine has what a stage needs, and what to do where it has not.

mod check;
mod cloud;
mod examine;
mod local;
mod rust;

pub use check::{Check, Verdict};
pub use examine::{add_target, examine, install, missing_target};
