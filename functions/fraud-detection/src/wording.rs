//! What cardholders read.

use questions::{Language, Wording, Wordings, fill, money};
use serde::Deserialize;

use crate::message::Transaction;

/// The words of one language: `words/<language>.json`.
#[derive(Deserialize)]
struct Words {
    subject: String,
    text: String,
    approved: String,
    declined: String,
}

/// Asks about a transaction in every language.
pub(crate) fn wordings(transaction: &Transaction) -> Wordings {
    let english = word(transaction, Language::En, include_str!("words/en.json"));
    let german = word(transaction, Language::De, include_str!("words/de.json"));
    let wordings = Wordings::english(english.unwrap_or_else(|| bare(transaction)));
    match german {
        Some(german) => wordings.and(Language::De, german),
        None => wordings,
    }
}

fn word(transaction: &Transaction, language: Language, file: &str) -> Option<Wording> {
    let words: Words = serde_json::from_str(file).ok()?;
    let amount = money(transaction.amount, &transaction.currency, language);
    let values = [
        ("amount", amount.as_str()),
        ("vendor", &transaction.vendor),
        ("location", &transaction.location),
    ];
    Some(Wording {
        subject: words.subject,
        text: fill(&words.text, &values),
        labels: vec![words.approved, words.declined],
    })
}

/// Words for a file that cannot be read, which a test rules out.
fn bare(transaction: &Transaction) -> Wording {
    let text = money(transaction.amount, &transaction.currency, Language::En);
    Wording {
        subject: text.clone(),
        text,
        labels: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Language, word};
    use crate::message::Transaction;

    #[test]
    fn each_language_writes_amounts_its_own_way() {
        let mut transaction = Transaction {
            transaction_id: "1".to_owned(),
            amount: 650_000,
            currency: "USD".to_owned(),
            location: "Boston".to_owned(),
            vendor: "متجر {amount}".to_owned(),
            score: None,
            answer_within_seconds: 1,
            cardholder_id: None,
        };
        let files = [
            (Language::En, include_str!("words/en.json")),
            (Language::De, include_str!("words/de.json")),
        ];
        let texts = files.map(|(language, file)| word(&transaction, language, file).unwrap());
        assert_eq!(
            texts[0].text,
            "Did you pay USD 6,500.00 to متجر {amount} (Boston)?"
        );
        assert_eq!(
            texts[1].text,
            "Haben Sie 6.500,00 USD an متجر {amount} (Boston) gezahlt?"
        );
        assert!(texts.iter().all(|wording| wording.labels.len() == 2));
        transaction.currency = "JPY".to_owned();
        let yen = word(&transaction, Language::En, include_str!("words/en.json")).unwrap();
        assert!(yen.text.contains("JPY 650,000 "), "{}", yen.text);
    }
}
