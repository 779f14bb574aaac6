//! What the environment says.

/// The service takes no longer timeout of a callback.
const LONGEST_CALLBACK_SECONDS: u32 = 99_999_999;

/// The settings of the function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The table of the transactions.
    pub transactions_table: String,
    /// How long a cardholder is waited for at most.
    pub longest_wait_seconds: u32,
}

/// A setting that is missing or wrong.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The variable is not set.
    #[error("the environment variable `{variable}` is not set")]
    Missing {
        /// The variable.
        variable: &'static str,
    },
    /// The wait is no time that a callback can have.
    #[error("`LONGEST_WAIT_SECONDS` is no whole number from 1 to 99999999")]
    Wait,
}

impl SettingsError {
    /// Returns the way out.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "set it in the function's template",
            Self::Wait => "set `longest_wait` of the workflow, for example to 24h",
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
        let longest_wait_seconds = required("LONGEST_WAIT_SECONDS")?
            .parse()
            .ok()
            .filter(|seconds| (1..=LONGEST_CALLBACK_SECONDS).contains(seconds))
            .ok_or(SettingsError::Wait)?;
        Ok(Self {
            transactions_table: required("TRANSACTIONS_TABLE")?,
            longest_wait_seconds,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Settings, SettingsError};

    fn read(table: &str, wait: &str) -> Result<Settings, SettingsError> {
        Settings::from_lookup(|variable| match variable {
            "TRANSACTIONS_TABLE" => Some(table.to_owned()),
            "LONGEST_WAIT_SECONDS" => Some(wait.to_owned()),
            _ => None,
        })
    }

    #[test]
    fn settings_are_read_and_checked() {
        assert_eq!(
            read("transactions", "86400"),
            Ok(Settings {
                transactions_table: "transactions".to_owned(),
                longest_wait_seconds: 86_400,
            })
        );
        for wait in ["0", "-1", "1d", "100000000"] {
            assert_eq!(
                read("transactions", wait),
                Err(SettingsError::Wait),
                "{wait}"
            );
        }
        for (table, wait, variable) in [
            ("", "1", "TRANSACTIONS_TABLE"),
            ("t", "", "LONGEST_WAIT_SECONDS"),
        ] {
            assert_eq!(read(table, wait), Err(SettingsError::Missing { variable }));
        }
    }
}
