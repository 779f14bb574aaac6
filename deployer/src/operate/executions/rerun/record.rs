//! The record of a rerun: an item in the intake's table of idempotency records.
//!
//! For the intermediary it is the record of a message that was handled: a message that gives the rerun's name
//! is a duplicate of it, or, with another payload, refused. Beside that it says of what it is a rerun.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use durable_history::Timestamp;
use serde_json::Value;

use crate::aws::{Clients, failed};
use crate::error::Result;
use crate::hash::hexadecimal;
use crate::operate::deployed::DeployedIntake;

/// What is kept of a rerun.
#[derive(Debug)]
pub(super) struct RerunRecord<'a> {
    /// The rerun's name.
    pub(super) name: &'a str,
    /// The rerun's ARN.
    pub(super) arn: &'a str,
    /// The ARN of what was rerun.
    pub(super) rerun_of: &'a str,
    /// What the rerun was given.
    pub(super) input: &'a str,
    /// Whether that differs from what was rerun.
    pub(super) input_changed: bool,
}

/// Keeps the record of a rerun. One that is kept already stays as it is.
///
/// # Errors
///
/// The table cannot be written to.
pub(super) async fn keep(
    clients: &Clients,
    intake: &DeployedIntake,
    record: &RerunRecord<'_>,
) -> Result<()> {
    let by = clients.caller.as_deref().unwrap_or("unknown");
    let put = clients
        .dynamodb
        .put_item()
        .table_name(&intake.idempotency_table)
        .set_item(Some(record.item(by, now(), intake.idempotency_window)))
        .condition_expression("attribute_not_exists(#id)")
        .expression_attribute_names("#id", "id");
    match put.send().await {
        Err(error)
            if matches!(
                error.as_service_error(),
                Some(PutItemError::ConditionalCheckFailedException(_))
            ) =>
        {
            Ok(())
        }
        put => {
            put.map_err(failed(format!(
                "the rerun `{}` runs, but its record could not be written to `{}`",
                record.name, intake.idempotency_table
            )))?;
            Ok(())
        }
    }
}

impl RerunRecord<'_> {
    fn item(&self, by: &str, at: Timestamp, window: Duration) -> HashMap<String, AttributeValue> {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let expiration = at.plus(window).millis().div_euclid(1000);
        let attributes = [
            ("id", text(self.name)),
            ("status", text("COMPLETED")),
            ("expiration", AttributeValue::N(expiration.to_string())),
            ("data", text(self.arn)),
            ("validation", text(&payload_hash(self.input))),
            ("rerun_of", text(self.rerun_of)),
            ("rerun_at", text(&at.to_rfc3339())),
            ("rerun_by", text(by)),
            ("input_changed", AttributeValue::Bool(self.input_changed)),
        ];
        let named = attributes.map(|(name, value)| (name.to_owned(), value));
        named.into_iter().collect()
    }
}

/// Returns the hash by which the intermediary tells payloads apart: that of the JSON without white space and
/// with its keys in order.
fn payload_hash(input: &str) -> String {
    let mut value: Value = serde_json::from_str(input).unwrap_or_default();
    value.sort_all_objects();
    hexadecimal(value.to_string().as_bytes())
}

#[expect(clippy::disallowed_methods, reason = "a record says when it was made")]
fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let millis = since.unwrap_or_default().as_millis();
    Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use aws_sdk_dynamodb::types::AttributeValue;
    use durable_history::Timestamp;

    use super::{RerunRecord, payload_hash};

    #[test]
    fn it_is_a_record_of_work_that_is_done() {
        let record = RerunRecord {
            name: "tx-1-r2",
            arn: "new",
            rerun_of: "old",
            input: "{}",
            input_changed: true,
        };
        let at = Timestamp::from_millis(1_500);
        let item = record.item("me", at, Duration::from_secs(10));
        let text = |name: &str| item[name].as_s().unwrap().as_str();
        assert_eq!(text("id"), "tx-1-r2");
        assert_eq!(text("status"), "COMPLETED");
        assert_eq!(text("data"), "new");
        assert_eq!(item["expiration"], AttributeValue::N("11".into()));
        assert_eq!(text("rerun_of"), "old");
        assert_eq!(text("rerun_at"), "1970-01-01T00:00:01.500Z");
        assert_eq!(text("rerun_by"), "me");
        assert_eq!(item["input_changed"], AttributeValue::Bool(true));
    }

    #[test]
    fn a_payload_has_one_hash_however_it_is_written() {
        let one = payload_hash("{\"b\": [1, 2.0], \"a\": \"\\u00e9\"}");
        assert_eq!(one, payload_hash("{\"a\":\"é\",\"b\":[1,2.0]}"));
        assert_ne!(one, payload_hash("{\"a\":\"é\",\"b\":[1,2]}"));
        // `printf '{"a":1,"b":2}' | sha256sum`
        assert_eq!(
            payload_hash("{\"b\":2,\"a\":1}"),
            "43258cff783fe7036d8a43033f830adfc60ec037382473548ac742b888292777"
        );
    }
}
