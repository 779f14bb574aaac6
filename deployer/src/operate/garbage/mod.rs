//! Finds and deletes what nothing in the artifact bucket is needed for any more.
//!
//! A zip is needed while the template of a stack of the stage names it, while an alias points at a
//! version made of it, or while a version made of it has unfinished executions. Lambda runs on a copy
//! of its own; the zip is needed to bring a stack back to that version. Everything younger than a
//! buffer stays too, so that what was deployed lately can be deployed again.

mod bucket;
mod needed;

pub use bucket::{Findings, Garbage, find, remove};
