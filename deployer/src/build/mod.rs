//! From crates in `functions/` to artifacts: one cargo invocation, one zip a function.

mod archive;
mod artifact;
mod compile;

pub use archive::zip_bootstrap;
pub use artifact::{Artifact, build};
