//! Reading a transaction, and finding every mistake in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::RangeInclusive;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use crate::score::Score;

const LONGEST_ID: usize = 64;
const LONGEST_TEXT: usize = 200;
const LARGEST_AMOUNT: u64 = 100_000_000_000;

/// A transaction without mistakes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// Which transaction.
    pub transaction_id: String,
    /// Its amount in minor units.
    pub amount: u64,
    /// Its currency, as three capital letters.
    pub currency: String,
    /// Where it was made.
    pub location: String,
    /// With whom it was made.
    pub vendor: String,
    /// The score it came with.
    pub score: Option<Score>,
    /// How long the cardholder is waited for.
    pub answer_within_seconds: u32,
    /// Whose card it is, as the table of contacts knows it.
    pub cardholder_id: Option<String>,
}

/// A message with mistakes; its text lists all of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", problems.join("; "))]
pub struct InvalidTransaction {
    /// One text a mistake.
    pub problems: Vec<String>,
}

impl Transaction {
    /// Reads a message; `longest_wait_seconds` limits how long it may have the cardholder waited for.
    pub fn parse(message: &str, longest_wait_seconds: u32) -> Result<Self, InvalidTransaction> {
        let fields: Fields = serde_json::from_str(message).map_err(|error| InvalidTransaction {
            problems: vec![format!(
                "the message is not a JSON object that can be read: {error}"
            )],
        })?;
        let mut reader = Reader::new(fields);
        let id_rule = format!("must be 1 to {LONGEST_ID} letters, digits, `-` and `_`");
        let transaction_id = reader.required("transaction_id", &id_rule, read_id);
        let amount = reader.required(
            "amount",
            &format!("must be a whole number of minor units from 1 to {LARGEST_AMOUNT}"),
            |value| read_whole(value, 1..=LARGEST_AMOUNT),
        );
        let currency = reader.required("currency", "must be three capital letters", read_currency);
        let text_rule = format!("must be text of 1 to {LONGEST_TEXT} characters");
        let location = reader.required("location", &text_rule, read_text);
        let vendor = reader.required("vendor", &text_rule, read_text);
        let score = reader.optional("score", "must be a whole number from 1 to 5", |value| {
            Score::new(u8::try_from(value.as_u64()?).ok()?)
        });
        let answer_within_seconds = reader.optional(
            "answer_within_seconds",
            &format!("must be a whole number from 1 to {longest_wait_seconds}"),
            |value| u32::try_from(read_whole(value, 1..=longest_wait_seconds.into())?).ok(),
        );
        let cardholder_id = reader.optional("cardholder_id", &id_rule, read_id);
        let problems = reader.finish();
        match (transaction_id, amount, currency, location, vendor) {
            (Some(transaction_id), Some(amount), Some(currency), Some(location), Some(vendor))
                if problems.is_empty() =>
            {
                Ok(Self {
                    transaction_id,
                    amount,
                    currency,
                    location,
                    vendor,
                    score,
                    answer_within_seconds: answer_within_seconds.unwrap_or(longest_wait_seconds),
                    cardholder_id,
                })
            }
            _ => Err(InvalidTransaction { problems }),
        }
    }
}

fn read_id(value: &Value) -> Option<String> {
    let id = value.as_str()?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    ((1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(allowed)).then(|| id.to_owned())
}

fn read_whole(value: &Value, allowed: RangeInclusive<u64>) -> Option<u64> {
    value.as_u64().filter(|number| allowed.contains(number))
}

fn read_currency(value: &Value) -> Option<String> {
    let currency = value.as_str()?;
    let capitals = currency.bytes().all(|byte| byte.is_ascii_uppercase());
    (currency.len() == 3 && capitals).then(|| currency.to_owned())
}

fn read_text(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    let blank = text.trim().is_empty();
    (!blank && text.chars().count() <= LONGEST_TEXT).then(|| text.to_owned())
}

/// Takes the fields one by one and collects what is wrong with them.
struct Reader {
    values: BTreeMap<String, Value>,
    problems: Vec<String>,
}

impl Reader {
    fn new(fields: Fields) -> Self {
        let problems = fields
            .repeated
            .iter()
            .map(|name| format!("`{name}` is given more than once"))
            .collect();
        Self {
            values: fields.values,
            problems,
        }
    }

    fn required<T>(
        &mut self,
        name: &str,
        rule: &str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Option<T> {
        let found = self.values.remove(name).as_ref().and_then(read);
        if found.is_none() {
            self.problems.push(format!("`{name}` {rule}"));
        }
        found
    }

    fn optional<T>(
        &mut self,
        name: &str,
        rule: &str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Option<T> {
        match self.values.get(name) {
            None | Some(Value::Null) => {
                self.values.remove(name);
                None
            }
            Some(_) => self.required(name, rule, read),
        }
    }

    fn finish(mut self) -> Vec<String> {
        for name in self.values.keys() {
            self.problems
                .push(format!("`{name}` is no field of a transaction"));
        }
        self.problems
    }
}

/// The fields of an object, and the names that occur more than once.
#[derive(Default)]
struct Fields {
    values: BTreeMap<String, Value>,
    repeated: BTreeSet<String>,
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Fields, A::Error> {
        let mut fields = Fields::default();
        while let Some((name, value)) = entries.next_entry::<String, Value>()? {
            if fields.values.insert(name.clone(), value).is_some() {
                fields.repeated.insert(name);
            }
        }
        Ok(fields)
    }
}

#[cfg(test)]
mod tests;
