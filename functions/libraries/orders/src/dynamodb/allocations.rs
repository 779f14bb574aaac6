//! The attribute `allocation`, and the stock of the catalog.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::CancellationReason;
use aws_sdk_dynamodb::types::builders::UpdateBuilder;

use super::table::{
    FirstWrite, LOOKS, Precondition, Tables, contended, number, record_in, text, to_value,
};
use super::transaction::{Transacted, condition_failed, failure_beside_conditions};
use crate::allocation::{Allocation, AllocationStore, Shortage, Taking};
use crate::error::StoreError;
use crate::items::{Item, Items};
use crate::record::Recorded;

const ATTRIBUTE: &str = "allocation";
const STOCK: &str = "stock_level";

#[async_trait]
impl AllocationStore for Tables {
    async fn take(
        &self,
        order_id: &str,
        request: &str,
        items: &Items,
        allocated_at: &str,
    ) -> Result<Taking, StoreError> {
        let allocated = Recorded::of(
            request,
            Allocation::Allocated {
                items: items.clone(),
                allocated_at: allocated_at.to_owned(),
            },
        );
        let record = self
            .order_in_transaction(order_id)
            .update_expression("SET #record = :record")
            .condition_expression("attribute_not_exists(#record)")
            .expression_attribute_names("#record", ATTRIBUTE)
            .expression_attribute_values(":record", to_value(order_id, ATTRIBUTE, &allocated)?);
        let stock = items.as_slice().iter().map(|item| {
            self.stock(
                item,
                "SET #stock = #stock - :quantity",
                "#stock >= :quantity",
            )
        });
        let updates = std::iter::once(record).chain(stock).collect();
        let reasons = match self.transact(order_id, updates).await? {
            Transacted::Done => return Ok(Taking::Recorded(allocated)),
            Transacted::Canceled(reasons) => reasons,
        };
        let (of_order, of_stock) = reasons.split_first().ok_or_else(|| contended(order_id))?;
        if condition_failed(of_order) {
            return self
                .standing(order_id, of_order)
                .await
                .map(Taking::Recorded);
        }
        if let Some(failure) = failure_beside_conditions(order_id, &reasons) {
            return Err(failure);
        }
        Ok(Taking::Short(shortages(items.as_slice(), of_stock)))
    }

    async fn refuse(
        &self,
        order_id: &str,
        refusal: &Recorded<Allocation>,
    ) -> Result<Recorded<Allocation>, StoreError> {
        self.write_first(FirstWrite {
            order_id,
            attribute: ATTRIBUTE,
            recorded: refusal,
            increment: None,
            precondition: Precondition::Nothing,
        })
        .await
    }

    async fn release(&self, order_id: &str, released_at: &str) -> Result<Allocation, StoreError> {
        for _ in 0..LOOKS {
            let standing = match self.read_record(order_id, ATTRIBUTE).await? {
                Some(standing) => standing,
                None => self.refuse(order_id, &released_ahead(released_at)).await?,
            };
            let Allocation::Allocated { items, .. } = standing.record else {
                return Ok(standing.record);
            };
            if self.put_back(order_id, &items, released_at).await? {
                return Ok(Allocation::Released {
                    items: items.into(),
                    released_at: released_at.to_owned(),
                });
            }
        }
        Err(contended(order_id))
    }
}

impl Tables {
    fn stock(&self, item: &Item, update: &str, condition: &str) -> UpdateBuilder {
        self.product_in_transaction(&item.product_id)
            .update_expression(update)
            .condition_expression(condition)
            .expression_attribute_names("#stock", STOCK)
            .expression_attribute_values(":quantity", number(item.quantity))
    }

    /// Puts the items back into stock, and returns whether they were still out of it.
    async fn put_back(
        &self,
        order_id: &str,
        items: &Items,
        released_at: &str,
    ) -> Result<bool, StoreError> {
        let record = self
            .order_in_transaction(order_id)
            .update_expression("SET #record.#state = :released, #record.#time = :at")
            .condition_expression("#record.#state = :allocated")
            .expression_attribute_names("#record", ATTRIBUTE)
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#time", "released_at")
            .expression_attribute_values(":released", text("released"))
            .expression_attribute_values(":allocated", text("allocated"))
            .expression_attribute_values(":at", text(released_at));
        let stock = items.as_slice().iter().map(|item| {
            self.stock(
                item,
                "SET #stock = #stock + :quantity",
                "attribute_exists(#stock)",
            )
        });
        let updates = std::iter::once(record).chain(stock).collect();
        let reasons = match self.transact(order_id, updates).await? {
            Transacted::Done => return Ok(true),
            Transacted::Canceled(reasons) => reasons,
        };
        if reasons.first().is_some_and(condition_failed) {
            return Ok(false);
        }
        if let Some(failure) = failure_beside_conditions(order_id, &reasons) {
            return Err(failure);
        }
        let gone = items
            .as_slice()
            .iter()
            .zip(reasons.iter().skip(1))
            .find(|(_, reason)| condition_failed(reason));
        Err(match gone {
            Some((item, _)) => StoreError::ProductGone {
                order_id: order_id.to_owned(),
                product_id: item.product_id.clone(),
            },
            None => contended(order_id),
        })
    }

    /// Returns the record that was in the way of a transaction.
    async fn standing(
        &self,
        order_id: &str,
        reason: &CancellationReason,
    ) -> Result<Recorded<Allocation>, StoreError> {
        if let Some(standing) = record_in(reason.item(), order_id, ATTRIBUTE)? {
            return Ok(standing);
        }
        self.read_record(order_id, ATTRIBUTE)
            .await?
            .ok_or_else(|| contended(order_id))
    }
}

fn shortages(items: &[Item], reasons: &[CancellationReason]) -> Vec<Shortage> {
    let available = |reason: &CancellationReason| {
        let stock = reason.item()?.get(STOCK)?.as_n().ok()?;
        stock.parse().ok()
    };
    items
        .iter()
        .zip(reasons)
        .filter(|(_, reason)| condition_failed(reason))
        .map(|(item, reason)| Shortage {
            product_id: item.product_id.clone(),
            requested: item.quantity,
            available: available(reason).unwrap_or_default(),
        })
        .collect()
}

fn released_ahead(released_at: &str) -> Recorded<Allocation> {
    Recorded {
        request: None,
        record: Allocation::Released {
            items: Vec::new(),
            released_at: released_at.to_owned(),
        },
    }
}
