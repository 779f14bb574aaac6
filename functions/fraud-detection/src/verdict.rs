//! The result of an execution.

use serde::{Deserialize, Serialize};

use crate::answer::Channel;
use crate::basis::Basis;
use crate::score::Score;

/// What was decided about a transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Which transaction.
    pub transaction_id: String,
    /// Its amount in minor units.
    pub amount: u64,
    /// Its currency.
    pub currency: String,
    /// Its score.
    pub fraud_score: Score,
    /// What became of it.
    pub result: Outcome,
    /// What came of asking the cardholder, if that was done.
    pub verification: Option<Verification>,
    /// What the score is based on, where an agent was to give it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scoring: Option<Basis>,
}

/// What became of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was charged.
    Authorized,
    /// The cardholder refused it, and it was never charged.
    Declined,
    /// A person decides.
    SentToFraudDepartment,
}

/// What came of asking the cardholder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// The answer, or why there is none.
    pub outcome: VerificationOutcome,
    /// The channel of the answer.
    pub channel: Option<Channel>,
}

/// The cardholder's answer, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerificationOutcome {
    /// It was me.
    Approved,
    /// It was not me.
    Declined,
    /// Nobody answered in time.
    TimedOut,
    /// Every channel failed before its time was over.
    Unreachable,
}
