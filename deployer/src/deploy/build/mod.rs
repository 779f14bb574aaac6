//! From crates in `functions/` to artifacts: one cargo invocation where one is needed, one zip a function.

mod archive;
mod artifact;
mod compile;
mod configuration;
mod fingerprint;
mod functions;
mod inspect;
mod processor;
mod reads;
mod runnable;
mod stamp;
mod toolchain;

pub use archive::zip_bootstrap;
pub use artifact::Artifact;
pub use functions::build_functions;
pub(crate) use inspect::triple;
pub use runnable::{build_to_run, unpack_to_run};
pub use toolchain::Toolchain;
