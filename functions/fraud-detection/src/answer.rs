//! What the cardholder is asked through, and what comes back.

use serde::{Deserialize, Serialize};

use crate::operations;

/// A way to the cardholder.
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

    /// Returns the name of the callback operation.
    pub fn operation(self) -> &'static str {
        match self {
            Self::Sms => operations::ASK_SMS,
            Self::Email => operations::ASK_EMAIL,
        }
    }
}

/// The result of a callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What the cardholder said.
    pub decision: Decision,
}

/// What the cardholder said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// It was me.
    Approved,
    /// It was not me.
    Declined,
}
