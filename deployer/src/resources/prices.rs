//! What resources cost while nothing happens: one table, a row a type.
//!
//! Source: the price lists of Amazon CloudWatch, Amazon SQS, Amazon DynamoDB, AWS KMS and AWS Secrets Manager
//! for us-east-1, without any free tier. What is paid by use (requests, executions, stored data) costs nothing
//! here, but for the requests that an event source mapping makes to an empty queue.

use serde_json::Value;

/// The region of the prices.
pub const REGION: &str = "us-east-1";
/// When the prices were read.
pub const DATE: &str = "2026-11";

/// Thousandths of a US dollar a month.
type Mills = u64;

const ALARM: Mills = 100;
const FAST_ALARM: Mills = 300;
const COMPOSITE_ALARM: Mills = 500;
const DASHBOARD: Mills = 3_000;
const KEY: Mills = 1_000;
const SECRET: Mills = 400;
/// Lambda keeps five long polls of 20 seconds open: 648,000 requests in 30 days, at 0.40 USD a million.
const MAPPING: Mills = 259;
/// A unit of capacity over 730 hours, at 0.00013 USD an hour for reads and 0.00065 for writes.
const READ_CAPACITY: Mills = 95;
const WRITE_CAPACITY: Mills = 475;

/// What is paid by use alone.
const BY_USE: [&str; 21] = [
    "AWS::DynamoDB::Table",
    "AWS::Events::Archive",
    "AWS::Events::EventBus",
    "AWS::Events::Rule",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::Lambda::Alias",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::Function",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Url",
    "AWS::Lambda::Version",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::Queue",
    "AWS::SQS::QueuePolicy",
];

/// Returns what a resource costs a month while nothing happens, in thousandths of a US dollar; nothing
/// for a type that is not in the table.
pub fn idle_price(kind: &str, properties: &Value) -> Option<Mills> {
    let price = match kind {
        "AWS::CloudWatch::Alarm" => alarm(properties),
        "AWS::CloudWatch::CompositeAlarm" => COMPOSITE_ALARM,
        "AWS::CloudWatch::Dashboard" => DASHBOARD,
        "AWS::KMS::Key" => KEY,
        "AWS::SecretsManager::Secret" => SECRET,
        "AWS::Lambda::EventSourceMapping" => MAPPING,
        "AWS::DynamoDB::Table" => capacity(properties),
        kind if BY_USE.contains(&kind) => 0,
        _ => return None,
    };
    Some(price)
}

/// An alarm costs for every metric that it reads.
fn alarm(properties: &Value) -> Mills {
    let metrics = properties["Metrics"].as_array();
    let read = metrics.into_iter().flatten();
    let read = read.filter(|metric| metric.get("MetricStat").is_some());
    let count = Mills::try_from(read.count()).unwrap_or_default().max(1);
    let is_fast = properties["Period"]
        .as_u64()
        .is_some_and(|period| period < 60);
    count * if is_fast { FAST_ALARM } else { ALARM }
}

fn capacity(properties: &Value) -> Mills {
    if properties["BillingMode"] == "PAY_PER_REQUEST" {
        return 0;
    }
    let throughput = &properties["ProvisionedThroughput"];
    let reads = throughput["ReadCapacityUnits"].as_u64().unwrap_or_default();
    let writes = throughput["WriteCapacityUnits"]
        .as_u64()
        .unwrap_or_default();
    reads.saturating_mul(READ_CAPACITY) + writes.saturating_mul(WRITE_CAPACITY)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::idle_price;

    #[test]
    fn what_waits_costs_and_what_is_used_does_not() {
        for (kind, properties, price) in [
            ("AWS::CloudWatch::Alarm", json!({ "Period": 60 }), Some(100)),
            ("AWS::CloudWatch::Alarm", json!({ "Period": 10 }), Some(300)),
            (
                "AWS::CloudWatch::Alarm",
                json!({ "Metrics": [{ "MetricStat": {} }, { "MetricStat": {} }, { "Expression": "a+b" }] }),
                Some(200),
            ),
            (
                "AWS::DynamoDB::Table",
                json!({ "BillingMode": "PAY_PER_REQUEST" }),
                Some(0),
            ),
            (
                "AWS::DynamoDB::Table",
                json!({ "ProvisionedThroughput": { "ReadCapacityUnits": 5, "WriteCapacityUnits": 2 } }),
                Some(5 * 95 + 2 * 475),
            ),
            ("AWS::SQS::Queue", json!({}), Some(0)),
            ("AWS::EC2::Instance", json!({}), None),
        ] {
            assert_eq!(idle_price(kind, &properties), price, "{kind} {properties}");
        }
    }

    #[test]
    fn every_type_of_the_components_has_a_price() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../templates");
        for entry in fs_err::read_dir(folder).unwrap() {
            let text = fs_err::read_to_string(entry.unwrap().path()).unwrap();
            for line in text.lines() {
                if let Some(kind) = line.trim().strip_prefix("Type: AWS::") {
                    let kind = format!("AWS::{kind}");
                    assert!(idle_price(&kind, &json!({})).is_some(), "{kind}");
                }
            }
        }
    }
}
