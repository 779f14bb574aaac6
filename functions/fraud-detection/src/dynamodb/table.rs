//! The table, and what its users share.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::time::SystemTime;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::primitives::{DateTime, DateTimeFormat};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};

use crate::error::ServiceError;

pub(super) type Attributes = HashMap<String, AttributeValue>;

/// The transactions table as ledger, payment gateway and notifier.
#[derive(Debug, Clone)]
pub struct TransactionsTable {
    client: Client,
    name: String,
    clock: fn() -> SystemTime,
}

/// What came of a conditional update.
pub(super) enum Updated {
    Applied,
    /// The condition did not hold for this item, where the service showed it.
    Refused(Option<Attributes>),
}

impl TransactionsTable {
    /// Returns the table `name`.
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self {
            client,
            name: name.into(),
            clock: SystemTime::now,
        }
    }

    /// Returns the table with another clock.
    #[must_use]
    pub fn with_clock(self, clock: fn() -> SystemTime) -> Self {
        Self { clock, ..self }
    }

    /// Returns the current time in RFC 3339.
    pub(super) fn now(&self) -> String {
        DateTime::from((self.clock)())
            .fmt(DateTimeFormat::DateTime)
            .unwrap_or_default()
    }

    pub(super) fn update(&self, transaction_id: &str) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.name)
            .key("transaction_id", text(transaction_id))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }

    pub(super) fn query(&self) -> QueryFluentBuilder {
        self.client.query().table_name(&self.name)
    }

    pub(super) async fn read(
        &self,
        service: &'static str,
        transaction_id: &str,
    ) -> Result<Option<Attributes>, ServiceError> {
        let output = self
            .client
            .get_item()
            .table_name(&self.name)
            .key("transaction_id", text(transaction_id))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| unavailable(service, transaction_id, error.into_service_error()))?;
        Ok(output.item)
    }
}

/// Sends an update and tells a condition that does not hold from a failure.
pub(super) async fn send(
    update: UpdateItemFluentBuilder,
    service: &'static str,
    transaction_id: &str,
) -> Result<Updated, ServiceError> {
    let sent = update
        .send()
        .await
        .map_err(aws_sdk_dynamodb::error::SdkError::into_service_error);
    match sent {
        Ok(_) => Ok(Updated::Applied),
        Err(UpdateItemError::ConditionalCheckFailedException(refusal)) => {
            Ok(Updated::Refused(refusal.item))
        }
        Err(error) => Err(unavailable(service, transaction_id, error)),
    }
}

pub(super) fn unavailable(
    service: &'static str,
    transaction_id: &str,
    source: impl Into<Box<dyn StdError + Send + Sync>>,
) -> ServiceError {
    ServiceError::Unavailable {
        service,
        transaction_id: transaction_id.to_owned(),
        source: source.into(),
    }
}

pub(super) fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

pub(super) fn number(value: impl Into<u64>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

pub(super) fn map<const N: usize>(entries: [(&str, AttributeValue); N]) -> AttributeValue {
    AttributeValue::M(
        entries
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}
