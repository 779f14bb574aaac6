//! The status attribute.

use async_trait::async_trait;

use super::table::{Attributes, TransactionsTable, Updated, number, send, text, unavailable};
use crate::error::ServiceError;
use crate::ledger::{Entry, Ledger};
use crate::status::Status;

const SERVICE: &str = "ledger";

#[async_trait]
impl Ledger for TransactionsTable {
    async fn permits(&self, transaction_id: &str, status: Status) -> Result<(), ServiceError> {
        let item = self.read(SERVICE, transaction_id).await?;
        match stored_status(transaction_id, item.as_ref())? {
            Some(current) if !status.may_follow(Some(current)) => {
                Err(conflict(transaction_id, current, status))
            }
            _ => Ok(()),
        }
    }

    async fn record(&self, entry: &Entry) -> Result<(), ServiceError> {
        let transaction_id = entry.transaction_id.as_str();
        let reason = entry.reason.map(|reason| text(reason.as_str()));
        let expression = if reason.is_some() {
            "SET #status = :status, updated_at = :updated_at, amount = :amount, \
             currency = :currency, fraud_score = :fraud_score, reason = :reason"
        } else {
            "SET #status = :status, updated_at = :updated_at, amount = :amount, \
             currency = :currency, fraud_score = :fraud_score"
        };
        let mut update = self
            .update(transaction_id)
            .update_expression(expression)
            .condition_expression(
                "attribute_not_exists(#status) OR #status = :suspended OR #status = :status",
            )
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":status", text(entry.status.as_str()))
            .expression_attribute_values(":updated_at", text(&self.now()))
            .expression_attribute_values(":amount", number(entry.amount))
            .expression_attribute_values(":currency", text(&entry.currency))
            .expression_attribute_values(":fraud_score", number(u8::from(entry.fraud_score)))
            .expression_attribute_values(":suspended", text(Status::Suspended.as_str()));
        if let Some(reason) = reason {
            update = update.expression_attribute_values(":reason", reason);
        }
        match send(update, SERVICE, transaction_id).await? {
            Updated::Applied => Ok(()),
            Updated::Refused(item) => {
                let item = match item {
                    Some(item) => Some(item),
                    None => self.read(SERVICE, transaction_id).await?,
                };
                Err(match stored_status(transaction_id, item.as_ref())? {
                    Some(current) => conflict(transaction_id, current, entry.status),
                    None => unavailable(SERVICE, transaction_id, "the item changed meanwhile"),
                })
            }
        }
    }
}

fn stored_status(
    transaction_id: &str,
    item: Option<&Attributes>,
) -> Result<Option<Status>, ServiceError> {
    let Some(value) = item.and_then(|item| item.get("status")) else {
        return Ok(None);
    };
    value
        .as_s()
        .ok()
        .and_then(|status| Status::parse(status))
        .map(Some)
        .ok_or_else(|| unavailable(SERVICE, transaction_id, "the stored status is unknown"))
}

fn conflict(transaction_id: &str, current: Status, wanted: Status) -> ServiceError {
    ServiceError::StatusConflict {
        transaction_id: transaction_id.to_owned(),
        current,
        wanted,
    }
}
