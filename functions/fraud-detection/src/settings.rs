//! What the environment says.

use crate::basis::ScorerKind;

/// The service takes no longer timeout of a callback.
const LONGEST_CALLBACK_SECONDS: u32 = 99_999_999;

/// The settings of the function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The table of the transactions.
    pub transactions_table: String,
    /// How long a cardholder is waited for at most.
    pub longest_wait_seconds: u32,
    /// Who scores.
    pub scorer: ScorerKind,
    /// The index of the table that finds a cardholder's transactions.
    pub transactions_index: Option<String>,
    /// Below this amount, in minor units, an agent's score may be lower than that of the rules.
    pub agent_decides_below: u64,
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
    /// The scorer is none.
    #[error("`SCORER` is neither `rules` nor `agent`")]
    Scorer,
    /// The amount is none.
    #[error("`AGENT_DECIDES_BELOW` is no whole number of minor units")]
    Amount,
}

impl SettingsError {
    /// Returns the way out.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "set it in the function's template",
            Self::Wait => "set `longest_wait` of the workflow, for example to 24h",
            Self::Scorer => "set `scorer` of the workflow in config/app.yaml",
            Self::Amount => {
                "set it in `orchestrator.environment` of the workflow, for example to \"10000\""
            }
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
        let optional = |variable| lookup(variable).filter(|value| !value.is_empty());
        let scorer = match optional("SCORER") {
            Some(scorer) => ScorerKind::parse(&scorer).ok_or(SettingsError::Scorer)?,
            None => ScorerKind::Rules,
        };
        let agent_decides_below = match optional("AGENT_DECIDES_BELOW") {
            Some(amount) => amount.parse().map_err(|_| SettingsError::Amount)?,
            None => 0,
        };
        if scorer == ScorerKind::Agent {
            required("MODEL_ID")?;
        }
        Ok(Self {
            transactions_table: required("TRANSACTIONS_TABLE")?,
            longest_wait_seconds,
            scorer,
            transactions_index: optional("TRANSACTIONS_INDEX"),
            agent_decides_below,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Settings, SettingsError};
    use crate::basis::ScorerKind;

    fn read(changes: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        Settings::from_lookup(|variable| {
            let other = changes.iter().find(|(name, _)| *name == variable);
            let value = other.map(|(_, value)| *value).or(match variable {
                "TRANSACTIONS_TABLE" => Some("transactions"),
                "LONGEST_WAIT_SECONDS" => Some("86400"),
                _ => None,
            });
            value.map(str::to_owned)
        })
    }

    #[test]
    fn settings_are_read_and_checked() {
        let rules = Settings {
            transactions_table: "transactions".to_owned(),
            longest_wait_seconds: 86_400,
            scorer: ScorerKind::Rules,
            transactions_index: None,
            agent_decides_below: 0,
        };
        assert_eq!(read(&[]), Ok(rules.clone()));
        for wait in ["0", "-1", "1d", "100000000"] {
            let read = read(&[("LONGEST_WAIT_SECONDS", wait)]);
            assert_eq!(read, Err(SettingsError::Wait), "{wait}");
        }
        for variable in ["TRANSACTIONS_TABLE", "LONGEST_WAIT_SECONDS"] {
            let missing = Err(SettingsError::Missing { variable });
            assert_eq!(read(&[(variable, "")]), missing);
        }
        let agent = [
            ("SCORER", "agent"),
            ("MODEL_ID", "model"),
            ("TRANSACTIONS_INDEX", "by-cardholder_id"),
            ("AGENT_DECIDES_BELOW", "10000"),
        ];
        let expected = Settings {
            scorer: ScorerKind::Agent,
            transactions_index: Some("by-cardholder_id".to_owned()),
            agent_decides_below: 10_000,
            ..rules
        };
        assert_eq!(read(&agent), Ok(expected));
        let variable = "MODEL_ID";
        assert_eq!(read(&agent[..1]), Err(SettingsError::Missing { variable }));
        assert_eq!(read(&[("SCORER", "model")]), Err(SettingsError::Scorer));
        let amount = read(&[("AGENT_DECIDES_BELOW", "100.00")]);
        assert_eq!(amount, Err(SettingsError::Amount));
    }
}
