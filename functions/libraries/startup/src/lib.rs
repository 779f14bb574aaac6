//! What a function's process needs before its first event: logs and AWS settings.

mod config;
mod logging;

pub use config::aws_config;
pub use logging::start_logging;
