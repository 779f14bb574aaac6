//! Records in a DynamoDB table.

use std::collections::HashMap;
use std::error::Error as StdError;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};

use crate::record::{Lease, Record, Status};
use crate::store::{Insertion, Store, StoreError};

const CAN_BE_TAKEN: &str = "attribute_not_exists(#id) OR #expiry < :now OR (#status = :inprogress \
     AND attribute_exists(#in_progress_expiry) AND #in_progress_expiry < :now_in_millis)";
const STILL_HELD: &str = "#status = :inprogress AND #in_progress_expiry = :in_progress_expiry";

/// A store in the DynamoDB table with the partition key `id` and the TTL attribute `expiration`.
#[derive(Debug, Clone)]
pub struct DynamoDbStore {
    client: Client,
    table: String,
}

impl DynamoDbStore {
    /// Returns the store in `table`.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self {
            client,
            table: table.into(),
        }
    }
}

#[async_trait]
impl Store for DynamoDbStore {
    async fn insert(&self, record: &Record, now_millis: i64) -> Result<Insertion, StoreError> {
        let sent = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(to_item(record)))
            .condition_expression(CAN_BE_TAKEN)
            .expression_attribute_names("#id", "id")
            .expression_attribute_names("#expiry", "expiration")
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#in_progress_expiry", "in_progress_expiration")
            .expression_attribute_values(":now", number(now_millis.div_euclid(1000)))
            .expression_attribute_values(":now_in_millis", number(now_millis))
            .expression_attribute_values(":inprogress", text(Status::InProgress.as_str()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await
            .map_err(aws_sdk_dynamodb::error::SdkError::into_service_error);
        match sent {
            Ok(_) => Ok(Insertion::Inserted),
            Err(PutItemError::ConditionalCheckFailedException(refusal)) => {
                let existing = refusal.item.map(|item| from_item(&record.id, &item));
                Ok(Insertion::Refused(existing.transpose()?))
            }
            Err(error) => Err(unavailable(&record.id, "stored", error)),
        }
    }

    async fn read(&self, id: &str) -> Result<Option<Record>, StoreError> {
        let output = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("id", text(id))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| unavailable(id, "read", error.into_service_error()))?;
        output.item.map(|item| from_item(id, &item)).transpose()
    }

    async fn complete(
        &self,
        lease: &Lease,
        data: &str,
        expiration: i64,
    ) -> Result<bool, StoreError> {
        let sent = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("id", text(&lease.id))
            .update_expression("SET #data = :data, #expiry = :expiry, #status = :completed")
            .condition_expression(STILL_HELD)
            .expression_attribute_names("#data", "data")
            .expression_attribute_names("#expiry", "expiration")
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#in_progress_expiry", "in_progress_expiration")
            .expression_attribute_values(":data", text(data))
            .expression_attribute_values(":expiry", number(expiration))
            .expression_attribute_values(":completed", text(Status::Completed.as_str()))
            .expression_attribute_values(":inprogress", text(Status::InProgress.as_str()))
            .expression_attribute_values(
                ":in_progress_expiry",
                number(lease.in_progress_expiration),
            )
            .send()
            .await
            .map_err(aws_sdk_dynamodb::error::SdkError::into_service_error);
        match sent {
            Ok(_) => Ok(true),
            Err(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(false),
            Err(error) => Err(unavailable(&lease.id, "completed", error)),
        }
    }

    async fn delete(&self, lease: &Lease) -> Result<bool, StoreError> {
        let sent = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key("id", text(&lease.id))
            .condition_expression(STILL_HELD)
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#in_progress_expiry", "in_progress_expiration")
            .expression_attribute_values(":inprogress", text(Status::InProgress.as_str()))
            .expression_attribute_values(
                ":in_progress_expiry",
                number(lease.in_progress_expiration),
            )
            .send()
            .await
            .map_err(aws_sdk_dynamodb::error::SdkError::into_service_error);
        match sent {
            Ok(_) => Ok(true),
            Err(DeleteItemError::ConditionalCheckFailedException(_)) => Ok(false),
            Err(error) => Err(unavailable(&lease.id, "released", error)),
        }
    }
}

type Attributes = HashMap<String, AttributeValue>;

fn to_item(record: &Record) -> Attributes {
    let optional = [
        (
            "in_progress_expiration",
            record.in_progress_expiration.map(number),
        ),
        ("data", record.data.as_deref().map(text)),
        ("validation", record.validation.as_deref().map(text)),
    ];
    let mut item = Attributes::from([
        ("id".to_owned(), text(&record.id)),
        ("status".to_owned(), text(record.status.as_str())),
        ("expiration".to_owned(), number(record.expiration)),
    ]);
    for (name, value) in optional {
        if let Some(value) = value {
            item.insert(name.to_owned(), value);
        }
    }
    item
}

fn from_item(id: &str, item: &Attributes) -> Result<Record, StoreError> {
    let malformed = |attribute| StoreError::Malformed {
        id: id.to_owned(),
        attribute,
    };
    let string = |name: &str| item.get(name).and_then(|value| value.as_s().ok());
    let integer = |name: &str| {
        item.get(name)
            .and_then(|value| value.as_n().ok())
            .and_then(|digits| digits.parse().ok())
    };
    Ok(Record {
        id: id.to_owned(),
        status: string("status")
            .and_then(|status| Status::parse(status))
            .ok_or_else(|| malformed("status"))?,
        expiration: integer("expiration").ok_or_else(|| malformed("expiration"))?,
        in_progress_expiration: integer("in_progress_expiration"),
        data: string("data").cloned(),
        validation: string("validation").cloned(),
    })
}

fn unavailable(
    id: &str,
    action: &'static str,
    source: impl StdError + Send + Sync + 'static,
) -> StoreError {
    StoreError::Unavailable {
        id: id.to_owned(),
        action,
        source: Box::new(source),
    }
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
