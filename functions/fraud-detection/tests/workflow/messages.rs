//! What goes in, and what should come out.

use fraud_detection::{
    Answer, Channel, Decision, Outcome, Score, Verdict, Verification, VerificationOutcome,
};
use serde_json::{Value, json};

pub(crate) const APPROVED: Answer = Answer {
    decision: Decision::Approved,
};
pub(crate) const DECLINED: Answer = Answer {
    decision: Decision::Declined,
};

pub(crate) fn message(amount: u64) -> Value {
    json!({
        "transaction_id": "1001",
        "amount": amount,
        "currency": "USD",
        "location": "New York, NY",
        "vendor": "Example Store",
    })
}

/// A message of medium risk.
pub(crate) fn medium() -> Value {
    message(650_000)
}

pub(crate) fn verdict(
    amount: u64,
    score: u8,
    result: Outcome,
    verification: Option<(VerificationOutcome, Option<Channel>)>,
) -> Verdict {
    Verdict {
        transaction_id: "1001".to_owned(),
        amount,
        currency: "USD".to_owned(),
        fraud_score: Score::new(score).unwrap(),
        result,
        verification: verification.map(|(outcome, channel)| Verification { outcome, channel }),
        scoring: None,
    }
}
