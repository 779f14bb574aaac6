//! The ways to somebody.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A way to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// A text message.
    Sms,
    /// An e-mail.
    Email,
}

impl Channel {
    /// All channels, in the order of their branches.
    pub const ALL: [Self; 2] = [Self::Sms, Self::Email];

    /// Returns the name of the channel, which is its branch's name too.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Email => "email",
        }
    }

    /// Reads the name of a channel.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|channel| channel.as_str() == name)
    }

    /// Returns the name of the callback operation, inside the channel's branch.
    pub fn operation(self) -> &'static str {
        match self {
            Self::Sms => "ask-sms",
            Self::Email => "ask-email",
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
