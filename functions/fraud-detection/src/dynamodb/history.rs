//! The transactions of one cardholder, by an index of the table.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;

use super::table::{Attributes, TransactionsTable, text, unavailable};
use crate::error::ServiceError;
use crate::history::{History, Past};

const SERVICE: &str = "history";

/// The index of the transactions table with the partition key `cardholder_id` and the sort key `updated_at`.
#[derive(Debug, Clone)]
pub struct CardholderIndex {
    table: TransactionsTable,
    name: String,
}

impl CardholderIndex {
    /// Returns the index `name` of a table.
    pub fn new(table: TransactionsTable, name: impl Into<String>) -> Self {
        Self {
            table,
            name: name.into(),
        }
    }
}

#[async_trait]
impl History for CardholderIndex {
    async fn past(
        &self,
        cardholder_id: &str,
        most: u32,
        without: &str,
    ) -> Result<Vec<Past>, ServiceError> {
        let limit = i32::try_from(most.saturating_add(1)).unwrap_or(i32::MAX);
        let output = self
            .table
            .query()
            .index_name(&self.name)
            .key_condition_expression("cardholder_id = :cardholder_id")
            .expression_attribute_values(":cardholder_id", text(cardholder_id))
            .scan_index_forward(false)
            .limit(limit)
            .send()
            .await
            .map_err(|error| unavailable(SERVICE, without, error.into_service_error()))?;
        let items = output.items.unwrap_or_default();
        let others = items
            .iter()
            .filter(|item| string(item, "transaction_id").as_deref() != Some(without));
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        Ok(others.filter_map(past).take(most).collect())
    }
}

fn past(item: &Attributes) -> Option<Past> {
    let amount = item.get("amount").and_then(|amount| amount.as_n().ok());
    Some(Past {
        at: string(item, "updated_at")?,
        amount: amount?.parse().ok()?,
        currency: string(item, "currency")?,
        location: string(item, "location")?,
        vendor: string(item, "vendor")?,
        status: string(item, "status")?,
    })
}

fn string(item: &Attributes, name: &str) -> Option<String> {
    let value = item.get(name).map(AttributeValue::as_s);
    value.and_then(Result::ok).cloned()
}
