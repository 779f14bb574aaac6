//! How risky a transaction is.

use serde::{Deserialize, Serialize};

/// A score from 1, harmless, to 5, fraud for all one can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Score(u8);

impl Score {
    /// The lowest score.
    pub const LOWEST: Self = Self(1);
    /// The highest score.
    pub const HIGHEST: Self = Self(5);

    /// Returns the score, if it is one.
    pub fn new(score: u8) -> Option<Self> {
        (Self::LOWEST.0..=Self::HIGHEST.0)
            .contains(&score)
            .then_some(Self(score))
    }

    /// Returns what the score means for the transaction.
    pub fn risk(self) -> Risk {
        match self.0 {
            ..3 => Risk::Low,
            3..5 => Risk::Medium,
            5.. => Risk::High,
        }
    }
}

impl TryFrom<u8> for Score {
    type Error = &'static str;

    fn try_from(score: u8) -> Result<Self, Self::Error> {
        Self::new(score).ok_or("a score is a whole number from 1 to 5")
    }
}

impl From<Score> for u8 {
    fn from(score: Score) -> Self {
        score.0
    }
}

/// What a score means for the transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Risk {
    /// It is authorized at once.
    Low,
    /// The cardholder decides.
    Medium,
    /// The fraud department decides.
    High,
}

#[cfg(test)]
mod tests {
    use super::{Risk, Score};

    #[test]
    fn scores_mean_what_is_documented() {
        let risks = [1, 2, 3, 4, 5].map(|score| Score::new(score).unwrap().risk());
        let expected = [Risk::Low, Risk::Low, Risk::Medium, Risk::Medium, Risk::High];
        assert_eq!(risks, expected);
        assert_eq!((Score::new(0), Score::new(6)), (None, None));
        assert!(serde_json::from_str::<Score>("6").is_err());
    }
}
