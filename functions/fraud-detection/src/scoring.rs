//! Finding out how risky a transaction is.

use async_trait::async_trait;

use crate::error::ServiceError;
use crate::message::Transaction;
use crate::score::Score;

/// Scores transactions.
#[async_trait]
pub trait Scorer: Send + Sync {
    /// Returns the score of a transaction that came without one.
    async fn score(&self, transaction: &Transaction) -> Result<Score, ServiceError>;
}

/// Scores by fixed rules.
///
/// The amount, in minor units of whatever currency, sets the base:
///
/// | amount | base |
/// |---|---|
/// | below 1,000.00 | 1 |
/// | below 5,000.00 | 2 |
/// | below 10,000.00 | 3 |
/// | from 10,000.00 | 5 |
///
/// One is added when the location is unknown or hidden (`unknown`, `proxy`, `vpn` or `tor` as a
/// word in it), and one when the vendor deals in what is hard to get back (`crypto`, `casino`,
/// `gift` or `wire` as a word in its name). The result is at most 5.
#[derive(Debug, Clone, Copy, Default)]
pub struct RuleScorer;

const HIDDEN_LOCATIONS: [&str; 4] = ["unknown", "proxy", "vpn", "tor"];
const IRREVERSIBLE_TRADES: [&str; 4] = ["crypto", "casino", "gift", "wire"];

#[async_trait]
impl Scorer for RuleScorer {
    async fn score(&self, transaction: &Transaction) -> Result<Score, ServiceError> {
        let base = match transaction.amount {
            0..100_000 => 1,
            100_000..500_000 => 2,
            500_000..1_000_000 => 3,
            _ => 5,
        };
        let hidden = u8::from(has_word(&transaction.location, &HIDDEN_LOCATIONS));
        let irreversible = u8::from(has_word(&transaction.vendor, &IRREVERSIBLE_TRADES));
        Ok(Score::new(base + hidden + irreversible).unwrap_or(Score::HIGHEST))
    }
}

fn has_word(text: &str, words: &[&str]) -> bool {
    text.split(|character: char| !character.is_alphanumeric())
        .any(|word| words.iter().any(|known| word.eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod tests {
    use super::{RuleScorer, Scorer as _};
    use crate::message::Transaction;

    async fn score(amount: u64, location: &str, vendor: &str) -> u8 {
        let transaction = Transaction {
            transaction_id: "1".to_owned(),
            amount,
            currency: "USD".to_owned(),
            location: location.to_owned(),
            vendor: vendor.to_owned(),
            score: None,
            answer_within_seconds: 1,
            cardholder_id: None,
        };
        RuleScorer.score(&transaction).await.unwrap().into()
    }

    #[tokio::test]
    async fn the_rules_are_as_documented() {
        let cases = [
            (1, "New York, NY", "Example Store", 1),
            (99_999, "New York, NY", "Example Store", 1),
            (100_000, "New York, NY", "Example Store", 2),
            (499_999, "New York, NY", "Example Store", 2),
            (500_000, "New York, NY", "Example Store", 3),
            (650_000, "New York, NY", "Example Store", 3),
            (999_999, "New York, NY", "Example Store", 3),
            (1_000_000, "New York, NY", "Example Store", 5),
            (100_000_000_000, "unknown", "Casino", 5),
            (1, "Unknown", "Example Store", 2),
            (1, "Toronto", "Giftwrap Ltd", 1),
            (1, "behind a VPN/proxy", "The Gift-Card Shop", 3),
            (100_000, "New York, NY", "CRYPTO exchange", 3),
            (100_000, "tor", "crypto", 4),
            (500_000, "New York, NY", "wire", 4),
            (500_000, "tor", "wire", 5),
        ];
        for (amount, location, vendor, expected) in cases {
            assert_eq!(
                score(amount, location, vendor).await,
                expected,
                "{amount} {location} {vendor}"
            );
        }
    }
}
