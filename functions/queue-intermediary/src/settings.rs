//! What the environment says.

use std::time::Duration;

use messages::{Envelope, NameTemplate, TemplateError};

/// The settings of one workflow's intermediary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Qualified ARN of the orchestrator.
    pub orchestrator: String,
    /// What messages come in; in nothing where it is not said.
    pub envelope: Envelope,
    /// How executions are named.
    pub execution_name: NameTemplate,
    /// Table of the idempotency records.
    pub idempotency_table: String,
    /// How long a duplicate is recognized.
    pub idempotency_window: Duration,
    /// The queue that the records come from.
    pub queue_url: String,
    /// The least time between two starts.
    pub start_interval: Duration,
    /// The queue for messages that can never be handled.
    pub dead_letter_url: String,
    /// The delivery after which the queue gives a message up.
    pub max_receive_count: u32,
}

/// A setting that is missing or wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The variable is not set.
    #[error("the environment variable `{variable}` is not set")]
    Missing {
        /// The variable.
        variable: &'static str,
    },
    /// The variable holds no positive whole number.
    #[error("the environment variable `{variable}` is no whole number that it may be")]
    NotANumber {
        /// The variable.
        variable: &'static str,
    },
    /// Durable functions can only be invoked with a qualifier.
    #[error("`ORCHESTRATOR` is no function ARN with an alias or version: `{arn}`")]
    Unqualified {
        /// What it is.
        arn: String,
    },
    /// The variable names no envelope.
    #[error("`ENVELOPE` is none of none, sns, eventbridge and s3")]
    Envelope,
    /// The template of the execution name cannot be used.
    #[error("`EXECUTION_NAME` cannot be used")]
    ExecutionName(#[source] TemplateError),
}

impl SettingsError {
    /// Returns the way out.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Missing { .. } | Self::NotANumber { .. } | Self::Envelope => {
                "set it in the function's template"
            }
            Self::Unqualified { .. } => "let it refer to the orchestrator's alias",
            Self::ExecutionName(_) => "write it like `dev-tx-{transaction_id}`",
        }
    }
}

impl Settings {
    /// Reads the settings from the process environment.
    #[expect(clippy::disallowed_methods, reason = "the one place where it is read")]
    pub fn from_environment() -> Result<Self, SettingsError> {
        Self::from_lookup(|variable| std::env::var(variable).ok())
    }

    /// Reads the settings from `lookup`.
    pub fn from_lookup(
        lookup: impl Fn(&'static str) -> Option<String>,
    ) -> Result<Self, SettingsError> {
        let required = |variable| {
            lookup(variable)
                .filter(|value| !value.is_empty())
                .ok_or(SettingsError::Missing { variable })
        };
        let positive = |variable| match required(variable)?.parse::<u32>() {
            Ok(number) if number > 0 => Ok(number),
            _ => Err(SettingsError::NotANumber { variable }),
        };
        let interval = required("START_INTERVAL_MILLIS")?;
        let interval = interval.parse().map_err(|_| SettingsError::NotANumber {
            variable: "START_INTERVAL_MILLIS",
        })?;
        let envelope = match lookup("ENVELOPE") {
            Some(name) => Envelope::named(&name).ok_or(SettingsError::Envelope)?,
            None => Envelope::default(),
        };
        Ok(Self {
            envelope,
            start_interval: Duration::from_millis(interval),
            orchestrator: qualified(required("ORCHESTRATOR")?)?,
            execution_name: NameTemplate::parse(&required("EXECUTION_NAME")?)
                .map_err(SettingsError::ExecutionName)?,
            idempotency_table: required("IDEMPOTENCY_TABLE")?,
            idempotency_window: Duration::from_secs(positive("IDEMPOTENCY_WINDOW_SECONDS")?.into()),
            queue_url: required("QUEUE_URL")?,
            dead_letter_url: required("DEAD_LETTER_URL")?,
            max_receive_count: positive("MAX_RECEIVE_COUNT")?,
        })
    }
}

/// Checks for `arn:aws:lambda:REGION:ACCOUNT:function:NAME:QUALIFIER`.
fn qualified(arn: String) -> Result<String, SettingsError> {
    let parts: Vec<&str> = arn.split(':').collect();
    match parts.as_slice() {
        ["arn", _, "lambda", _, _, "function", name, qualifier]
            if !name.is_empty() && !qualifier.is_empty() =>
        {
            Ok(arn)
        }
        _ => Err(SettingsError::Unqualified { arn }),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Settings, SettingsError};

    fn read(changed: &str, value: Option<&str>) -> Result<Settings, SettingsError> {
        let ordinary = |variable: &str| match variable {
            "ENVELOPE" => "none",
            "ORCHESTRATOR" => "arn:aws:lambda:eu-west-1:111122223333:function:fraud:live",
            "EXECUTION_NAME" => "dev-tx-{transaction_id}",
            "IDEMPOTENCY_TABLE" => "records",
            "IDEMPOTENCY_WINDOW_SECONDS" => "3600",
            "QUEUE_URL" => "http://127.0.0.1/queue",
            "DEAD_LETTER_URL" => "http://127.0.0.1/dead-letters",
            "START_INTERVAL_MILLIS" => "0",
            "MAX_RECEIVE_COUNT" => "5",
            other => panic!("unexpected variable {other}"),
        };
        Settings::from_lookup(|variable| {
            if variable == changed {
                value.map(str::to_owned)
            } else {
                Some(ordinary(variable).to_owned())
            }
        })
    }

    #[test]
    fn a_full_environment_is_read() {
        let settings = read("", None).unwrap();
        assert_eq!(settings.idempotency_window, Duration::from_hours(1));
        assert_eq!(settings.max_receive_count, 5);
    }

    #[test]
    fn every_variable_is_required() {
        for variable in [
            "ORCHESTRATOR",
            "EXECUTION_NAME",
            "IDEMPOTENCY_TABLE",
            "IDEMPOTENCY_WINDOW_SECONDS",
            "QUEUE_URL",
            "DEAD_LETTER_URL",
            "START_INTERVAL_MILLIS",
            "MAX_RECEIVE_COUNT",
        ] {
            for value in [None, Some("")] {
                let error = read(variable, value).unwrap_err();
                assert!(error.to_string().contains(variable), "{error}");
            }
        }
    }

    #[test]
    fn wrong_values_are_refused() {
        for (variable, value) in [
            ("ORCHESTRATOR", "fraud:live"),
            (
                "ORCHESTRATOR",
                "arn:aws:lambda:eu-west-1:111122223333:function:fraud",
            ),
            (
                "ORCHESTRATOR",
                "arn:aws:lambda:eu-west-1:111122223333:function:fraud:",
            ),
            ("EXECUTION_NAME", "constant"),
            ("IDEMPOTENCY_WINDOW_SECONDS", "1h"),
            ("IDEMPOTENCY_WINDOW_SECONDS", "0"),
            ("MAX_RECEIVE_COUNT", "-5"),
            ("ENVELOPE", "letter"),
            ("START_INTERVAL_MILLIS", "-1"),
        ] {
            let error = read(variable, Some(value)).unwrap_err();
            assert!(error.to_string().contains(variable), "{error}");
        }
    }
}
