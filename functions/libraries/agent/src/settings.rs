//! What the environment says.

use std::time::Duration;

use crate::limits::{Cost, Limits};

/// Which model is called, and how much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The model, or its inference profile.
    pub model: String,
    /// How much it is called.
    pub limits: Limits,
}

/// A setting that is missing or wrong.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the environment variable `{variable}` is not a whole number from 1")]
pub struct SettingsError {
    /// The variable.
    pub variable: &'static str,
}

impl SettingsError {
    /// Returns the way out.
    pub fn hint(&self) -> &'static str {
        "set `model` of the workflow in config/app.yaml"
    }
}

impl Settings {
    /// Reads the settings from the process environment; `None` where the workflow has no model.
    #[expect(clippy::disallowed_methods, reason = "the one place where it is read")]
    pub fn from_environment() -> Result<Option<Self>, SettingsError> {
        Self::from_lookup(|variable| std::env::var(variable).ok())
    }

    /// Reads the settings from `lookup`.
    pub fn from_lookup(
        lookup: impl Fn(&'static str) -> Option<String>,
    ) -> Result<Option<Self>, SettingsError> {
        let optional = |variable| lookup(variable).filter(|value| !value.is_empty());
        let number = |variable| {
            let number = optional(variable).and_then(|value| value.parse::<u64>().ok());
            number
                .filter(|number| *number > 0)
                .ok_or(SettingsError { variable })
        };
        let small = |variable| {
            let number = number(variable)?;
            u32::try_from(number).map_err(|_| SettingsError { variable })
        };
        let Some(model) = optional("MODEL_ID") else {
            return Ok(None);
        };
        let costs = ["MODEL_INPUT_PRICE", "MODEL_OUTPUT_PRICE", "MODEL_COST"];
        let cost = if costs
            .into_iter()
            .any(|variable| optional(variable).is_some())
        {
            let [input, output, most] = costs.map(number);
            Some(Cost {
                input: input?,
                output: output?,
                most: most?,
            })
        } else {
            None
        };
        Ok(Some(Self {
            model,
            limits: Limits {
                turns: small("MODEL_TURNS")?,
                tokens: number("MODEL_TOKENS")?,
                answer_tokens: small("MODEL_ANSWER_TOKENS")?,
                time: Duration::from_secs(number("MODEL_SECONDS")?),
                cost,
            },
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Settings, SettingsError};
    use crate::limits::Cost;

    fn read(changes: &[(&str, &str)]) -> Result<Option<Settings>, SettingsError> {
        Settings::from_lookup(|variable| {
            let other = changes.iter().find(|(name, _)| *name == variable);
            let value = other.map(|(_, value)| *value).or(match variable {
                "MODEL_ID" => Some("amazon.nova-lite-v1:0"),
                "MODEL_TURNS" => Some("6"),
                "MODEL_TOKENS" => Some("20000"),
                "MODEL_ANSWER_TOKENS" => Some("500"),
                "MODEL_SECONDS" => Some("60"),
                _ => None,
            });
            value.map(str::to_owned)
        })
    }

    #[test]
    fn settings_are_read_and_checked() {
        let settings = read(&[]).unwrap().unwrap();
        assert_eq!(settings.limits.time, Duration::from_mins(1));
        assert_eq!(settings.limits.cost, None);
        assert_eq!(read(&[("MODEL_ID", "")]), Ok(None));
        let prices = [
            ("MODEL_INPUT_PRICE", "60"),
            ("MODEL_OUTPUT_PRICE", "240"),
            ("MODEL_COST", "10000000"),
        ];
        let cost = Cost {
            input: 60,
            output: 240,
            most: 10_000_000,
        };
        assert_eq!(read(&prices).unwrap().unwrap().limits.cost, Some(cost));
        for (variable, value) in [
            ("MODEL_TURNS", "0"),
            ("MODEL_TOKENS", "many"),
            ("MODEL_ANSWER_TOKENS", "4294967296"),
            ("MODEL_SECONDS", ""),
        ] {
            assert_eq!(read(&[(variable, value)]), Err(SettingsError { variable }));
        }
        assert_eq!(
            read(&prices[1..]),
            Err(SettingsError {
                variable: "MODEL_INPUT_PRICE"
            })
        );
    }
}
