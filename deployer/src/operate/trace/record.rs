//! The idempotency record of an execution's name.

use aws_sdk_dynamodb::types::AttributeValue;
use durable_history::Timestamp;

use super::model::{Place, Step};
use crate::aws::{Clients, failed};
use crate::error::Result;
use crate::operate::deployed::DeployedIntake;

/// Returns what the record of a name says; nothing where there is none.
pub(super) async fn read(
    clients: &Clients,
    intake: &DeployedIntake,
    name: &str,
) -> Result<Option<Step>> {
    let table = &intake.idempotency_table;
    let read = clients
        .dynamodb
        .get_item()
        .table_name(table)
        .key("id", AttributeValue::S(name.to_owned()))
        .consistent_read(true)
        .send()
        .await
        .map_err(failed(format!(
            "the idempotency record of `{name}` could not be read from the table `{table}`"
        )))?;
    let Some(item) = read.item() else {
        return Ok(None);
    };
    let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok());
    let mut parts = vec![text("status").map_or_else(String::new, |status| status.to_lowercase())];
    let expiration = item.get("expiration").and_then(|value| value.as_n().ok());
    let expiration = expiration.and_then(|seconds| seconds.parse::<i64>().ok());
    parts.extend(expiration.map(|seconds| {
        let at = Timestamp::from_millis(seconds.saturating_mul(1000));
        format!("tells duplicates until {}", at.to_rfc3339_seconds())
    }));
    let rerun = [
        ("rerun_of", "rerun of"),
        ("rerun_by", "by"),
        ("rerun_at", "at"),
        ("input_changed", "input changed"),
    ];
    parts.extend(rerun.into_iter().filter_map(|(name, words)| {
        let value = item.get(name)?;
        let value = value
            .as_s()
            .cloned()
            .or_else(|value| value.as_bool().map(ToString::to_string))
            .or_else(|_| value.as_n().cloned())
            .ok()?;
        Some(format!("{words} {value}"))
    }));
    Ok(Some(Step {
        at: None,
        place: Place::IdempotencyRecord,
        what: parts.join(", "),
    }))
}
