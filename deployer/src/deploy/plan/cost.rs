//! What the stacks of a plan cost while nothing happens.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::resources::prices::{DATE, REGION, idle_price};

/// An estimate of what stacks cost a month while nothing happens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdleCost {
    /// By type: how many resources cost something, and how much, in thousandths of a US dollar.
    paid: BTreeMap<String, (usize, u64)>,
    /// Types whose price is not known.
    unknown: BTreeSet<String>,
}

impl IdleCost {
    /// Adds up the resources of templates.
    pub fn of<'a>(templates: impl IntoIterator<Item = &'a Value>) -> Self {
        let mut cost = Self::default();
        for template in templates {
            let resources = template["Resources"].as_object();
            for resource in resources.into_iter().flat_map(|all| all.values()) {
                let kind = resource["Type"].as_str().unwrap_or_default();
                match idle_price(kind, &resource["Properties"]) {
                    Some(0) => {}
                    Some(price) => {
                        let (count, sum) = cost.paid.entry(kind.to_owned()).or_default();
                        *count += 1;
                        *sum += price;
                    }
                    None => {
                        cost.unknown.insert(kind.to_owned());
                    }
                }
            }
        }
        cost
    }

    /// Returns the sum, in thousandths of a US dollar.
    fn sum(&self) -> u64 {
        self.paid.values().map(|(_, price)| price).sum()
    }

    /// Returns the estimate in words.
    pub fn text(&self) -> String {
        let parts: Vec<String> = self
            .paid
            .iter()
            .map(|(kind, (count, price))| format!("{count} {} {}", word(kind), dollars(*price)))
            .collect();
        let mut text = format!("Idle, about {} USD a month", dollars(self.sum()));
        if !parts.is_empty() {
            text = format!("{text}: {}", parts.join(", "));
        }
        text = format!("{text}.\nAn estimate, by the prices of {REGION} in {DATE}.");
        if !self.unknown.is_empty() {
            let unknown: Vec<&str> = self.unknown.iter().map(String::as_str).collect();
            text = format!("{text} Without {}.", unknown.join(", "));
        }
        text
    }

    /// Returns the estimate for programs.
    pub fn document(&self) -> Value {
        let parts = self.paid.iter().map(|(kind, (count, price))| {
            json!({ "type": kind, "count": count, "monthly": number(*price) })
        });
        json!({
            "estimate": true,
            "currency": "USD",
            "monthly": number(self.sum()),
            "prices": { "region": REGION, "date": DATE },
            "parts": parts.collect::<Vec<_>>(),
            "without": self.unknown,
        })
    }
}

/// `AWS::CloudWatch::Alarm` is shown as `CloudWatch::Alarm`.
fn word(kind: &str) -> &str {
    kind.strip_prefix("AWS::").unwrap_or(kind)
}

/// Rounds to cents.
fn cents(mills: u64) -> u64 {
    mills.saturating_add(5) / 10
}

fn dollars(mills: u64) -> String {
    let cents = cents(mills);
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn number(mills: u64) -> Value {
    serde_json::from_str(&dollars(mills)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::IdleCost;

    #[test]
    fn what_costs_while_nothing_happens_is_added_up_over_the_stacks() {
        let one = json!({ "Resources": {
            "A": { "Type": "AWS::CloudWatch::Alarm", "Properties": { "Period": 60 } },
            "B": { "Type": "AWS::CloudWatch::Alarm", "Properties": { "Period": 60 } },
            "Q": { "Type": "AWS::SQS::Queue" },
        } });
        let other = json!({ "Resources": {
            "M": { "Type": "AWS::Lambda::EventSourceMapping", "Properties": {} },
            "X": { "Type": "AWS::EC2::Instance" },
        } });
        let cost = IdleCost::of([&one, &other]);
        assert_eq!(
            cost.text(),
            "Idle, about 0.46 USD a month: 2 CloudWatch::Alarm 0.20, 1 Lambda::EventSourceMapping 0.26.\n\
             An estimate, by the prices of us-east-1 in 2026-11. Without AWS::EC2::Instance."
        );
        let document = cost.document();
        assert_eq!(document["monthly"].to_string(), "0.46");
        assert_eq!(document["parts"][0]["count"], 2);
        assert_eq!(document["without"], json!(["AWS::EC2::Instance"]));
        let nothing = IdleCost::of([]).text();
        assert!(nothing.starts_with("Idle, about 0.00 USD a month.\nAn estimate"));
    }
}
