//! Where a transaction stands, and why.

use std::fmt;

/// Where a transaction stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It is charged.
    Authorized,
    /// It waits for the cardholder.
    Suspended,
    /// The cardholder refused it.
    Declined,
    /// A person decides.
    FraudDepartment,
}

impl Status {
    /// Returns the stored spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authorized => "authorized",
            Self::Suspended => "suspended",
            Self::Declined => "declined",
            Self::FraudDepartment => "fraud_department",
        }
    }

    /// Reads the stored spelling.
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::Authorized,
            Self::Suspended,
            Self::Declined,
            Self::FraudDepartment,
        ]
        .into_iter()
        .find(|status| status.as_str() == text)
    }

    /// Returns whether a transaction that stands at `current` may get this status.
    pub fn may_follow(self, current: Option<Self>) -> bool {
        current.is_none_or(|current| current == self || current == Self::Suspended)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Why a transaction is with the fraud department.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EscalationReason {
    /// Its score is the highest.
    HighScore,
    /// The cardholder did not answer in time.
    TimedOut,
    /// The cardholder could not be asked.
    Unreachable,
    /// Nobody can tell whether it is suspended.
    SuspensionInterrupted,
}

impl EscalationReason {
    /// Returns the stored spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HighScore => "high_score",
            Self::TimedOut => "timed_out",
            Self::Unreachable => "unreachable",
            Self::SuspensionInterrupted => "suspension_interrupted",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Status::{self, Authorized, Declined, FraudDepartment, Suspended};

    #[test]
    fn only_a_suspended_transaction_may_change() {
        let all = [Authorized, Suspended, Declined, FraudDepartment];
        for next in all {
            assert!(next.may_follow(None));
            assert!(next.may_follow(Some(Suspended)));
            for current in [Authorized, Declined, FraudDepartment] {
                assert_eq!(next.may_follow(Some(current)), next == current);
            }
            assert_eq!(Status::parse(next.as_str()), Some(next));
        }
        assert_eq!(Status::parse("AUTHORIZED"), None);
    }
}
