//! Every rule of a message.

use serde_json::{Value, json};

use super::{InvalidTransaction, Transaction};
use crate::score::Score;

const LONGEST_WAIT: u32 = 86_400;

const ID: &str = "`transaction_id` must be 1 to 64 letters, digits, `-` and `_`";
const CARDHOLDER: &str = "`cardholder_id` must be 1 to 64 letters, digits, `-` and `_`";
const AMOUNT: &str = "`amount` must be a whole number of minor units from 1 to 100000000000";
const CURRENCY: &str = "`currency` must be three capital letters";
const LOCATION: &str = "`location` must be text of 1 to 200 characters";
const VENDOR: &str = "`vendor` must be text of 1 to 200 characters";
const SCORE: &str = "`score` must be a whole number from 1 to 5";
const WAIT: &str = "`answer_within_seconds` must be a whole number from 1 to 86400";

fn ordinary() -> Value {
    json!({
        "transaction_id": "1001",
        "amount": 650_000,
        "currency": "USD",
        "location": "New York, NY",
        "vendor": "Example Store",
    })
}

fn with(field: &str, value: Value) -> Result<Transaction, InvalidTransaction> {
    let mut message = ordinary();
    message[field] = value;
    Transaction::parse(&message.to_string(), LONGEST_WAIT)
}

fn problems(message: &str) -> Vec<String> {
    Transaction::parse(message, LONGEST_WAIT)
        .unwrap_err()
        .problems
}

#[test]
fn an_ordinary_message_is_read() {
    let transaction = Transaction::parse(&ordinary().to_string(), LONGEST_WAIT).unwrap();
    assert_eq!(
        transaction,
        Transaction {
            transaction_id: "1001".to_owned(),
            amount: 650_000,
            currency: "USD".to_owned(),
            location: "New York, NY".to_owned(),
            vendor: "Example Store".to_owned(),
            score: None,
            answer_within_seconds: LONGEST_WAIT,
            cardholder_id: None,
        }
    );
}

#[test]
fn the_limits_themselves_are_allowed() {
    for (field, value) in [
        ("transaction_id", json!("x".repeat(64))),
        ("transaction_id", json!("a-B_9")),
        ("amount", json!(1)),
        ("amount", json!(100_000_000_000_u64)),
        ("location", json!("é".repeat(200))),
        ("score", json!(null)),
        ("score", json!(1)),
        ("score", json!(5)),
        ("answer_within_seconds", json!(1)),
        ("answer_within_seconds", json!(LONGEST_WAIT)),
        ("answer_within_seconds", json!(null)),
        ("cardholder_id", json!(null)),
        ("cardholder_id", json!("ada-1")),
    ] {
        assert!(with(field, value.clone()).is_ok(), "{field} {value}");
    }
    assert_eq!(with("score", json!(4)).unwrap().score, Score::new(4));
    let transaction = with("answer_within_seconds", json!(5)).unwrap();
    assert_eq!(transaction.answer_within_seconds, 5);
}

#[test]
fn each_wrong_value_is_told() {
    let cases = [
        ("transaction_id", json!(null), ID),
        ("transaction_id", json!(1001), ID),
        ("transaction_id", json!(""), ID),
        ("transaction_id", json!("a b"), ID),
        ("transaction_id", json!("é"), ID),
        ("transaction_id", json!("x".repeat(65)), ID),
        ("amount", json!(0), AMOUNT),
        ("amount", json!(-1), AMOUNT),
        ("amount", json!(100_000_000_001_u64), AMOUNT),
        ("amount", json!(u64::MAX), AMOUNT),
        ("amount", json!(10.5), AMOUNT),
        ("amount", json!(10.0), AMOUNT),
        ("amount", json!("10"), AMOUNT),
        ("currency", json!("usd"), CURRENCY),
        ("currency", json!("US"), CURRENCY),
        ("currency", json!("DOLLAR"), CURRENCY),
        ("currency", json!("ÉU"), CURRENCY),
        ("location", json!(" "), LOCATION),
        ("location", json!("x".repeat(201)), LOCATION),
        ("location", json!({"city": "x"}), LOCATION),
        ("vendor", json!(""), VENDOR),
        ("score", json!(0), SCORE),
        ("score", json!(6), SCORE),
        ("score", json!(261), SCORE),
        ("score", json!(3.5), SCORE),
        ("score", json!("3"), SCORE),
        ("answer_within_seconds", json!(0), WAIT),
        ("answer_within_seconds", json!(LONGEST_WAIT + 1), WAIT),
        ("answer_within_seconds", json!(-5), WAIT),
        ("cardholder_id", json!("a@b"), CARDHOLDER),
        ("scroe", json!(3), "`scroe` is no field of a transaction"),
    ];
    for (field, value, problem) in cases {
        let told = with(field, value.clone()).unwrap_err().problems;
        assert_eq!(told, [problem], "{field} {value}");
    }
}

#[test]
fn every_mistake_is_told_at_once() {
    assert_eq!(problems("{}"), [ID, AMOUNT, CURRENCY, LOCATION, VENDOR]);
    let message = r#"{"vendor": 1, "amount": 0, "currency": "$", "transaction_id": "",
        "score": 9, "answer_within_seconds": 0, "b": 1, "a": [], "amount": 0}"#;
    let expected = [
        "`amount` is given more than once",
        ID,
        AMOUNT,
        CURRENCY,
        LOCATION,
        VENDOR,
        SCORE,
        WAIT,
        "`a` is no field of a transaction",
        "`b` is no field of a transaction",
    ];
    assert_eq!(problems(message), expected);
    let error = Transaction::parse(message, LONGEST_WAIT).unwrap_err();
    assert_eq!(error.to_string(), expected.join("; "));
}

#[test]
fn what_is_no_object_is_told() {
    for message in ["[]", "null", "3", r#""x""#, r#"{"amount": 1e999}"#] {
        let told = problems(message);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].starts_with("the message is not a JSON object that can be read: "));
    }
}
