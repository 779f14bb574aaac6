//! What the process needs before its first event: logs and AWS settings.

use aws_config::environment::{
    EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider,
};
use aws_config::{BehaviorVersion, SdkConfig};
use tracing_subscriber::EnvFilter;

/// Writes logs as JSON lines to standard output.
///
/// Only this crate follows `AWS_LAMBDA_LOG_LEVEL`: what the AWS clients say in detail may contain
/// messages.
pub fn start_logging() {
    let filter = match std::env::var("AWS_LAMBDA_LOG_LEVEL") {
        Ok(level) => EnvFilter::new(format!("warn,queue_intermediary={}", level_name(&level))),
        Err(_) => EnvFilter::try_from_default_env()
            .unwrap_or_else(|_| EnvFilter::new("warn,queue_intermediary=info")),
    };
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_span_list(false)
        .with_env_filter(filter)
        .init();
}

/// Loads what Lambda puts into the environment, endpoint overrides included, and looks nowhere
/// else: the usual search through files and the instance metadata only costs start-up time here.
pub async fn aws_config() -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .region(EnvironmentVariableRegionProvider::new())
        .credentials_provider(EnvironmentVariableCredentialsProvider::new())
        .load()
        .await
}

/// Lambda knows a level that tracing does not.
fn level_name(level: &str) -> String {
    let lowercase = level.to_ascii_lowercase();
    if lowercase == "fatal" {
        "error".to_owned()
    } else {
        lowercase
    }
}
