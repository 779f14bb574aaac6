//! What the cardholder is asked through, and what comes back.

pub use questions::Channel;
use serde::{Deserialize, Serialize};

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

impl Decision {
    /// All decisions, the most cautious one last.
    pub const ALL: [Self; 2] = [Self::Approved, Self::Declined];

    /// Returns the spelling in a callback's result.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Declined => "declined",
        }
    }
}
