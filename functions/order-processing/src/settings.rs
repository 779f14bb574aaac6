//! What the environment says.

use std::time::Duration;

use orders::settings::{from_environment, required};
use orders::{SettingsError, TableNames};

/// The settings of the function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The tables.
    pub tables: TableNames,
    /// The workers.
    pub workers: Workers,
    /// How long an operation waits at most before it is tried again.
    pub longest_wait: Duration,
}

/// The qualified ARNs of the workers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workers {
    /// Prices and charges.
    pub authorize_payment: String,
    /// Moves stock.
    pub allocate_inventory: String,
    /// Ships.
    pub fulfill_order: String,
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
        let longest_wait = required(&lookup, "LONGEST_WAIT_SECONDS")?
            .parse()
            .ok()
            .filter(|seconds| *seconds > 0)
            .map(Duration::from_secs)
            .ok_or(SettingsError::Wrong {
                variable: "LONGEST_WAIT_SECONDS",
                expected: "positive whole number",
            })?;
        Ok(Self {
            workers: Workers {
                authorize_payment: required(&lookup, "AUTHORIZE_PAYMENT_FUNCTION")?,
                allocate_inventory: required(&lookup, "ALLOCATE_INVENTORY_FUNCTION")?,
                fulfill_order: required(&lookup, "FULFILL_ORDER_FUNCTION")?,
            },
            tables: TableNames::from_lookup(lookup)?,
            longest_wait,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use orders::SettingsError;

    use super::Settings;

    const VARIABLES: [&str; 6] = [
        "AUTHORIZE_PAYMENT_FUNCTION",
        "ALLOCATE_INVENTORY_FUNCTION",
        "FULFILL_ORDER_FUNCTION",
        "ORDERS_TABLE",
        "CATALOG_TABLE",
        "LONGEST_WAIT_SECONDS",
    ];

    fn read(missing: Option<&str>, wait: &str) -> Result<Settings, SettingsError> {
        Settings::from_lookup(|variable| match variable {
            _ if Some(variable) == missing => None,
            "LONGEST_WAIT_SECONDS" => Some(wait.to_owned()),
            _ => VARIABLES
                .contains(&variable)
                .then(|| variable.to_lowercase()),
        })
    }

    #[test]
    fn settings_are_read_and_checked() {
        let settings = read(None, "60").unwrap();
        assert_eq!(settings.longest_wait, Duration::from_mins(1));
        assert_eq!(settings.workers.fulfill_order, "fulfill_order_function");
        assert_eq!(settings.tables.orders, "orders_table");
        for variable in VARIABLES {
            let error = read(Some(variable), "60").unwrap_err();
            assert_eq!(error, SettingsError::Missing { variable });
        }
        for wait in ["0", "-1", "1m"] {
            let error = read(None, wait).unwrap_err();
            assert!(matches!(error, SettingsError::Wrong { .. }), "{wait}");
        }
    }
}
