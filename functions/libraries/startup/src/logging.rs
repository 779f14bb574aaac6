//! Logs.

use tracing_subscriber::EnvFilter;

/// Writes logs as JSON lines to standard output.
///
/// Only `crates` follow `AWS_LAMBDA_LOG_LEVEL`, which Lambda sets from the function's logging
/// configuration: what the AWS clients say in detail may contain messages.
#[expect(clippy::disallowed_methods, reason = "the one place where it is read")]
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
