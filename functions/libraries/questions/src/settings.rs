//! What the environment says.

use std::time::Duration;

use crate::channel::Channel;
use crate::identity::Identity;

/// How a workflow's questions reach people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The table of questions.
    pub questions_table: String,
    /// The table of contacts.
    pub contacts_table: String,
    /// What links begin with, up to and with the last `/`, which may be left out in the environment.
    pub answers_url: String,
    /// The ways that questions go.
    pub channels: Vec<Channel>,
    /// The address that e-mails come from.
    pub email_sender: Option<String>,
    /// The configuration set of SES.
    pub email_configuration_set: Option<String>,
    /// Who texts come from.
    pub sms_sender_id: Option<String>,
    /// When whoever did not answer is reminded.
    pub remind_after: Option<Duration>,
    /// What whoever answers has to know besides having the link.
    pub identity: Option<Identity>,
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
    /// The variable has a value that it cannot have.
    #[error("the environment variable `{variable}` is not {expected}")]
    Wrong {
        /// The variable.
        variable: &'static str,
        /// What it should be.
        expected: &'static str,
    },
}

impl SettingsError {
    /// Returns the way out.
    pub fn hint(&self) -> &'static str {
        "set `questions` of the workflow in config/app.yaml"
    }
}

impl Settings {
    /// Reads the settings from the process environment; `None` where the workflow writes to nobody.
    #[expect(clippy::disallowed_methods, reason = "the one place where it is read")]
    pub fn from_environment() -> Result<Option<Self>, SettingsError> {
        Self::from_lookup(|variable| std::env::var(variable).ok())
    }

    /// Reads the settings from `lookup`.
    pub fn from_lookup(
        lookup: impl Fn(&'static str) -> Option<String>,
    ) -> Result<Option<Self>, SettingsError> {
        let optional = |variable| lookup(variable).filter(|value| !value.is_empty());
        let required = |variable| optional(variable).ok_or(SettingsError::Missing { variable });
        let Some(questions_table) = optional("QUESTIONS_TABLE") else {
            return Ok(None);
        };
        let channels = required("QUESTION_CHANNELS")?
            .split(',')
            .map(Channel::parse)
            .collect::<Option<Vec<_>>>()
            .ok_or(SettingsError::Wrong {
                variable: "QUESTION_CHANNELS",
                expected: "a list of `sms` and `email`",
            })?;
        let remind_after = optional("REMIND_AFTER_SECONDS").map(|value| {
            value
                .parse()
                .ok()
                .filter(|seconds| *seconds > 0)
                .ok_or(SettingsError::Wrong {
                    variable: "REMIND_AFTER_SECONDS",
                    expected: "a whole number from 1",
                })
        });
        let identity = optional("QUESTION_IDENTITY").map(|value| {
            Identity::parse(&value).ok_or(SettingsError::Wrong {
                variable: "QUESTION_IDENTITY",
                expected: "`card-digits`",
            })
        });
        let email_sender = if channels.contains(&Channel::Email) {
            Some(required("EMAIL_SENDER")?)
        } else {
            None
        };
        Ok(Some(Self {
            questions_table,
            contacts_table: required("CONTACTS_TABLE")?,
            answers_url: format!("{}/", required("ANSWERS_URL")?.trim_end_matches('/')),
            channels,
            email_sender,
            email_configuration_set: optional("EMAIL_CONFIGURATION_SET"),
            sms_sender_id: optional("SMS_SENDER_ID"),
            remind_after: remind_after.transpose()?.map(Duration::from_secs),
            identity: identity.transpose()?,
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Settings, SettingsError};
    use crate::channel::Channel;
    use crate::identity::Identity;

    fn read(changes: &[(&str, &str)]) -> Result<Option<Settings>, SettingsError> {
        Settings::from_lookup(|variable| {
            let other = changes.iter().find(|(name, _)| *name == variable);
            let value = other.map(|(_, value)| *value).or(match variable {
                "QUESTIONS_TABLE" => Some("questions"),
                "CONTACTS_TABLE" => Some("contacts"),
                "ANSWERS_URL" => Some("https://answers.example/"),
                "QUESTION_CHANNELS" => Some("sms,email"),
                "EMAIL_SENDER" => Some("bank@example.com"),
                _ => None,
            });
            value.map(str::to_owned)
        })
    }

    #[test]
    fn settings_are_read_and_checked() {
        let settings = read(&[
            ("REMIND_AFTER_SECONDS", "600"),
            ("QUESTION_IDENTITY", "card-digits"),
        ]);
        let settings = settings.unwrap().unwrap();
        assert_eq!(settings.identity, Some(Identity::CardDigits));
        assert_eq!(settings.channels, Channel::ALL);
        assert_eq!(settings.remind_after, Some(Duration::from_mins(10)));
        assert_eq!(settings.answers_url, "https://answers.example/");
        let bare = read(&[("ANSWERS_URL", "https://answers.example")]);
        assert_eq!(bare.unwrap().unwrap().answers_url, settings.answers_url);
        assert_eq!(read(&[("QUESTIONS_TABLE", "")]), Ok(None));
        let texts = read(&[("QUESTION_CHANNELS", "sms"), ("EMAIL_SENDER", "")]);
        assert_eq!(texts.unwrap().unwrap().email_sender, None);
        for variable in [
            "CONTACTS_TABLE",
            "ANSWERS_URL",
            "QUESTION_CHANNELS",
            "EMAIL_SENDER",
        ] {
            let missing = Err(SettingsError::Missing { variable });
            assert_eq!(read(&[(variable, "")]), missing);
        }
        for (variable, value) in [
            ("QUESTION_CHANNELS", "sms,fax"),
            ("REMIND_AFTER_SECONDS", "0"),
            ("REMIND_AFTER_SECONDS", "1h"),
            ("QUESTION_IDENTITY", "shoe-size"),
        ] {
            let error = read(&[(variable, value)]).unwrap_err();
            assert!(error.to_string().contains(variable), "{error}");
        }
    }
}
