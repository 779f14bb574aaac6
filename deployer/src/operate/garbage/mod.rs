//! Finds and deletes what nothing in the artifact bucket is needed for any more.
//!
//! A zip is needed while the template of a stack of the stage names it, or that of a change set that
//! was not executed; while an alias points at a version made of it; or while a version made of it has
//! unfinished executions. A stack that is between two templates, because it is being changed or its
//! rollback failed, needs the zips of all versions of its functions. Lambda runs on a copy
//! of its own; the zip is needed to bring a stack back to that version. Everything younger than a
//! buffer stays too, so that what was deployed lately can be deployed again.

mod bucket;
mod needed;
mod pending;

pub use bucket::{Findings, Garbage, find, remove};
