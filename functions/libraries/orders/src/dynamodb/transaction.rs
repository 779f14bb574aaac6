//! Writing to several items at once.

use aws_sdk_dynamodb::error::{BuildError, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    CancellationReason, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
    builders::UpdateBuilder,
};

use super::table::{Tables, contended, text, unavailable};
use crate::error::StoreError;

/// What came of a transaction.
pub(super) enum Transacted {
    Done,
    /// Nothing was written, for these reasons, one a write.
    Canceled(Vec<CancellationReason>),
}

impl Tables {
    pub(super) fn order_in_transaction(&self, order_id: &str) -> UpdateBuilder {
        Update::builder()
            .table_name(&self.names.orders)
            .key("order_id", text(order_id))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }

    pub(super) fn product_in_transaction(&self, product_id: &str) -> UpdateBuilder {
        Update::builder()
            .table_name(&self.names.catalog)
            .key("product_id", text(product_id))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
    }

    /// Writes all or nothing; fails with [`StoreError::Contended`] when others wrote meanwhile.
    pub(super) async fn transact(
        &self,
        order_id: &str,
        updates: Vec<UpdateBuilder>,
    ) -> Result<Transacted, StoreError> {
        let items = updates
            .into_iter()
            .map(|update| {
                let update = update.build()?;
                Ok(TransactWriteItem::builder().update(update).build())
            })
            .collect::<Result<Vec<_>, BuildError>>()
            .map_err(|error| unavailable(order_id, error))?;
        let sent = self
            .client
            .transact_write_items()
            .set_transact_items(Some(items))
            .send()
            .await
            .map_err(SdkError::into_service_error);
        match sent {
            Ok(_) => Ok(Transacted::Done),
            Err(TransactWriteItemsError::TransactionInProgressException(_)) => {
                Err(contended(order_id))
            }
            Err(TransactWriteItemsError::TransactionCanceledException(canceled)) => Ok(
                Transacted::Canceled(canceled.cancellation_reasons.unwrap_or_default()),
            ),
            Err(error) => Err(unavailable(order_id, error)),
        }
    }
}

pub(super) fn condition_failed(reason: &CancellationReason) -> bool {
    reason.code() == Some("ConditionalCheckFailed")
}

/// Returns what a transaction fails with that no condition canceled.
///
/// A conflict says nothing about the conditions, so it must never be taken for a refusal.
pub(super) fn failure_beside_conditions(
    order_id: &str,
    reasons: &[CancellationReason],
) -> Option<StoreError> {
    let passing = [
        "TransactionConflict",
        "ProvisionedThroughputExceeded",
        "ThrottlingError",
    ];
    if reasons
        .iter()
        .any(|reason| reason.code().is_some_and(|code| passing.contains(&code)))
    {
        return Some(contended(order_id));
    }
    if reasons.iter().any(condition_failed) {
        return None;
    }
    let codes: Vec<&str> = reasons
        .iter()
        .filter_map(CancellationReason::code)
        .collect();
    let text = format!("the transaction was canceled: {}", codes.join(", "));
    Some(unavailable(order_id, text))
}
