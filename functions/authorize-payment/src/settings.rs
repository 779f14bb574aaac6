//! What the environment says.

use orders::settings::from_environment;
use orders::{SettingsError, TableNames};

/// The most that an order may cost where nothing else is said, in minor units.
pub const DEFAULT_LIMIT: u64 = 1_000_000;

/// The settings of the function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The tables.
    pub tables: TableNames,
    /// The most that an order may cost, in minor units.
    pub limit: u64,
}

impl Settings {
    /// Reads the settings from the process environment.
    pub fn from_environment() -> Result<Self, SettingsError> {
        Self::from_lookup(from_environment)
    }

    /// Reads the settings from `lookup`.
    pub fn from_lookup(
        lookup: impl Fn(&'static str) -> Option<String>,
    ) -> Result<Self, SettingsError> {
        let limit = match lookup("PAYMENT_LIMIT") {
            None => DEFAULT_LIMIT,
            Some(text) => text.parse().map_err(|_| SettingsError::Wrong {
                variable: "PAYMENT_LIMIT",
                expected: "whole number of minor units",
            })?,
        };
        Ok(Self {
            tables: TableNames::from_lookup(lookup)?,
            limit,
        })
    }
}

#[cfg(test)]
mod tests {
    use orders::SettingsError;

    use super::{DEFAULT_LIMIT, Settings};

    fn limit(text: Option<&str>) -> Result<u64, SettingsError> {
        let text = text.map(str::to_owned);
        Settings::from_lookup(|variable| match variable {
            "PAYMENT_LIMIT" => text.clone(),
            variable => Some(variable.to_owned()),
        })
        .map(|settings| settings.limit)
    }

    #[test]
    fn the_limit_is_read_and_checked() {
        assert_eq!(limit(None), Ok(DEFAULT_LIMIT));
        assert_eq!(limit(Some("0")), Ok(0));
        assert_eq!(limit(Some("250000")), Ok(250_000));
        for wrong in ["", "-1", "10.5", "ten"] {
            assert!(
                matches!(limit(Some(wrong)), Err(SettingsError::Wrong { .. })),
                "{wrong}"
            );
        }
    }
}
