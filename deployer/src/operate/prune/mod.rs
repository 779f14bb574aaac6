//! Versions of functions that no execution and no alias needs.

mod carry_out;
mod judge;
mod survey;

pub use carry_out::{Pruned, PrunedVersion, carry_out};
pub use judge::{Judged, Kept};
pub use survey::{FunctionVersions, survey};

#[cfg(test)]
mod tests;
