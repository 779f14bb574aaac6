//! What a function's process needs before its first event: logs and AWS settings.

use aws_config::environment::{
    EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider,
};
use aws_config::{BehaviorVersion, SdkConfig};
use tracing_subscriber::EnvFilter;

/// Writes logs as JSON lines to standard output.
///
/// Only `crates` follow `AWS_LAMBDA_LOG_LEVEL`, which Lambda sets from the function's logging
/// configuration: what the AWS clients say in detail may contain messages.
pub fn start_logging(crates: &[&str]) {
    let filter = match std::env::var("AWS_LAMBDA_LOG_LEVEL") {
        Ok(level) => EnvFilter::new(directives(crates, &level)),
        Err(_) => EnvFilter::try_from_default_env()
            .unwrap_or_else(|_| EnvFilter::new(directives(crates, "info"))),
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

fn directives(crates: &[&str], level: &str) -> String {
    // Lambda knows a level that tracing does not.
    let level = match level.to_ascii_lowercase().as_str() {
        "fatal" => "error".to_owned(),
        known => known.to_owned(),
    };
    let each = crates.iter().map(|name| format!("{name}={level}"));
    std::iter::once("warn".to_owned())
        .chain(each)
        .collect::<Vec<_>>()
        .join(",")
}

#[cfg(test)]
mod tests {
    use super::directives;

    #[test]
    fn only_the_named_crates_follow_the_level() {
        assert_eq!(
            directives(&["orders", "durable"], "DEBUG"),
            "warn,orders=debug,durable=debug"
        );
        assert_eq!(directives(&["orders"], "FATAL"), "warn,orders=error");
    }
}
