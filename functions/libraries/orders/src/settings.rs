//! What the environment says about the tables.

/// The names of the tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableNames {
    /// The table of the orders.
    pub orders: String,
    /// The table of the products.
    pub catalog: String,
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
    /// The variable holds something else.
    #[error("the environment variable `{variable}` is no {expected}")]
    Wrong {
        /// The variable.
        variable: &'static str,
        /// What it should hold.
        expected: &'static str,
    },
}

impl SettingsError {
    /// Returns the way out.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "name the table or worker in the workflow's configuration",
            Self::Wrong { .. } => "correct it in the workflow's configuration",
        }
    }
}

impl TableNames {
    /// Reads `ORDERS_TABLE` and `CATALOG_TABLE` from `lookup`.
    pub fn from_lookup(
        lookup: impl Fn(&'static str) -> Option<String>,
    ) -> Result<Self, SettingsError> {
        Ok(Self {
            orders: required(&lookup, "ORDERS_TABLE")?,
            catalog: required(&lookup, "CATALOG_TABLE")?,
        })
    }
}

/// Returns a variable of the process environment.
#[expect(clippy::disallowed_methods, reason = "the one place where it is read")]
pub fn from_environment(variable: &'static str) -> Option<String> {
    std::env::var(variable).ok()
}

/// Returns a variable that must be there.
pub fn required(
    lookup: impl Fn(&'static str) -> Option<String>,
    variable: &'static str,
) -> Result<String, SettingsError> {
    lookup(variable)
        .filter(|value| !value.is_empty())
        .ok_or(SettingsError::Missing { variable })
}

#[cfg(test)]
mod tests {
    use super::{SettingsError, TableNames};

    #[test]
    fn both_tables_must_be_named() {
        let read = |orders: &str, catalog: &str| {
            TableNames::from_lookup(|variable| match variable {
                "ORDERS_TABLE" => Some(orders.to_owned()),
                "CATALOG_TABLE" => Some(catalog.to_owned()),
                _ => None,
            })
        };
        assert_eq!(
            read("o", "c"),
            Ok(TableNames {
                orders: "o".to_owned(),
                catalog: "c".to_owned()
            })
        );
        for (orders, catalog, variable) in [("", "c", "ORDERS_TABLE"), ("o", "", "CATALOG_TABLE")] {
            assert_eq!(
                read(orders, catalog),
                Err(SettingsError::Missing { variable })
            );
        }
    }
}
