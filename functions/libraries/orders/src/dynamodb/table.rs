//! The tables, and what their users share.

use std::collections::HashMap;
use std::error::Error as StdError;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_dynamo::aws_sdk_dynamodb_1::{from_attribute_value, to_attribute_value};

use crate::error::StoreError;
use crate::record::Recorded;
use crate::settings::TableNames;

pub(super) type Attributes = HashMap<String, AttributeValue>;

/// How often a record is looked at that changes while it is looked at.
pub(super) const LOOKS: u32 = 3;

/// The orders table and the catalog table.
#[derive(Debug, Clone)]
pub struct Tables {
    pub(super) client: Client,
    pub(super) names: TableNames,
}

/// What came of a conditional update.
pub(super) enum Updated {
    /// It held, and this is the item now, if that was asked for.
    Applied(Option<Attributes>),
    /// The condition did not hold for this item, if there is one.
    Refused(Option<Attributes>),
}

/// The first write of a record.
pub(super) struct FirstWrite<'a, T> {
    pub(super) order_id: &'a str,
    pub(super) attribute: &'static str,
    pub(super) recorded: &'a Recorded<T>,
    /// What is added to a number in the same write.
    pub(super) increment: Option<Increment>,
    pub(super) precondition: Precondition,
}

/// What else must hold for the first write of a record.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Precondition {
    Nothing,
    PaidAndAllocated,
}

/// A change of the state of a record.
pub(super) struct StateChange<'a> {
    pub(super) order_id: &'a str,
    pub(super) attribute: &'static str,
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    /// The field of the record that tells when.
    pub(super) time_field: &'static str,
    pub(super) at: &'a str,
    pub(super) increment: Increment,
}

/// A number that is added to an attribute.
pub(super) struct Increment {
    pub(super) attribute: &'static str,
    pub(super) by: i128,
}

impl Tables {
    /// Returns the tables with these names.
    pub fn new(client: Client, names: TableNames) -> Self {
        Self { client, names }
    }

    /// Returns the tables with these names, reached as `config` says.
    pub fn on_aws(config: &SdkConfig, names: TableNames) -> Self {
        Self::new(Client::new(config), names)
    }

    pub(super) fn update_order(&self, order_id: &str) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.names.orders)
            .key("order_id", text(order_id))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }

    /// Sends an update of an order, and tells a condition that does not hold from a failure.
    pub(super) async fn send(
        &self,
        order_id: &str,
        update: UpdateItemFluentBuilder,
    ) -> Result<Updated, StoreError> {
        match update.send().await.map_err(SdkError::into_service_error) {
            Ok(output) => Ok(Updated::Applied(output.attributes)),
            Err(UpdateItemError::ConditionalCheckFailedException(refusal)) => {
                Ok(Updated::Refused(match refusal.item {
                    Some(item) => Some(item),
                    None => self.read_order(order_id).await?,
                }))
            }
            Err(UpdateItemError::TransactionConflictException(_)) => Err(contended(order_id)),
            Err(error) => Err(unavailable(order_id, error)),
        }
    }

    pub(super) async fn read_order(
        &self,
        order_id: &str,
    ) -> Result<Option<Attributes>, StoreError> {
        let output = self
            .client
            .get_item()
            .table_name(&self.names.orders)
            .key("order_id", text(order_id))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| unavailable(order_id, error.into_service_error()))?;
        Ok(output.item)
    }

    pub(super) async fn read_record<T: DeserializeOwned>(
        &self,
        order_id: &str,
        attribute: &'static str,
    ) -> Result<Option<Recorded<T>>, StoreError> {
        let item = self.read_order(order_id).await?;
        record_in(item.as_ref(), order_id, attribute)
    }

    /// Writes a record unless there is one. Returns the one that stands, this one or that one.
    pub(super) async fn write_first<T>(
        &self,
        first: FirstWrite<'_, T>,
    ) -> Result<Recorded<T>, StoreError>
    where
        T: Clone + Serialize + DeserializeOwned,
    {
        let FirstWrite {
            order_id,
            attribute,
            recorded,
            increment,
            precondition,
        } = first;
        let mut update = self
            .update_order(order_id)
            .expression_attribute_names("#record", attribute)
            .expression_attribute_values(":record", to_value(order_id, attribute, recorded)?);
        update = match increment {
            Some(Increment { attribute, by }) => update
                .update_expression("SET #record = :record ADD #total :by")
                .expression_attribute_names("#total", attribute)
                .expression_attribute_values(":by", number(by)),
            None => update.update_expression("SET #record = :record"),
        };
        update = match precondition {
            Precondition::Nothing => update.condition_expression("attribute_not_exists(#record)"),
            Precondition::PaidAndAllocated => update
                .condition_expression(
                    "attribute_not_exists(#record) AND #payment.#state = :authorized \
                     AND #allocation.#state = :allocated",
                )
                .expression_attribute_names("#payment", "payment")
                .expression_attribute_names("#allocation", "allocation")
                .expression_attribute_names("#state", "state")
                .expression_attribute_values(":authorized", text("authorized"))
                .expression_attribute_values(":allocated", text("allocated")),
        };
        let Updated::Refused(item) = self.send(order_id, update).await? else {
            return Ok(recorded.clone());
        };
        match record_in(item.as_ref(), order_id, attribute)? {
            Some(standing) => Ok(standing),
            None if precondition == Precondition::Nothing => Err(contended(order_id)),
            None => Err(StoreError::NotReady {
                order_id: order_id.to_owned(),
            }),
        }
    }

    /// Changes the state of a record, and returns whether it had the state to change from.
    pub(super) async fn change_state(&self, change: StateChange<'_>) -> Result<bool, StoreError> {
        let update = self
            .update_order(change.order_id)
            .update_expression("SET #record.#state = :to, #record.#time = :at ADD #total :by")
            .condition_expression("#record.#state = :from")
            .expression_attribute_names("#record", change.attribute)
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#time", change.time_field)
            .expression_attribute_names("#total", change.increment.attribute)
            .expression_attribute_values(":from", text(change.from))
            .expression_attribute_values(":to", text(change.to))
            .expression_attribute_values(":at", text(change.at))
            .expression_attribute_values(":by", number(change.increment.by));
        let updated = self.send(change.order_id, update).await?;
        Ok(matches!(updated, Updated::Applied(_)))
    }
}

pub(super) fn record_in<T: DeserializeOwned>(
    item: Option<&Attributes>,
    order_id: &str,
    attribute: &'static str,
) -> Result<Option<Recorded<T>>, StoreError> {
    item.and_then(|item| item.get(attribute))
        .map(|value| from_attribute_value(value.clone()))
        .transpose()
        .map_err(|error| malformed(order_id, attribute, error))
}

pub(super) fn to_value(
    order_id: &str,
    attribute: &'static str,
    value: &impl Serialize,
) -> Result<AttributeValue, StoreError> {
    to_attribute_value(value).map_err(|error| malformed(order_id, attribute, error))
}

pub(super) fn malformed(
    order_id: &str,
    attribute: &'static str,
    source: impl Into<Box<dyn StdError + Send + Sync>>,
) -> StoreError {
    StoreError::Malformed {
        order_id: order_id.to_owned(),
        attribute,
        source: source.into(),
    }
}

pub(super) fn unavailable(
    key: &str,
    source: impl Into<Box<dyn StdError + Send + Sync>>,
) -> StoreError {
    StoreError::Unavailable {
        key: key.to_owned(),
        source: source.into(),
    }
}

pub(super) fn contended(order_id: &str) -> StoreError {
    StoreError::Contended {
        order_id: order_id.to_owned(),
    }
}

pub(super) fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

pub(super) fn number(value: impl Into<i128>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}
