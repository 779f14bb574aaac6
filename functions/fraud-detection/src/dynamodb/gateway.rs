//! The charges, in place of a payment gateway's books.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;

use super::table::{Attributes, TransactionsTable, Updated, map, number, send, text, unavailable};
use crate::error::ServiceError;
use crate::payment::{Charge, PaymentGateway, Receipt};

const SERVICE: &str = "payment gateway";

#[async_trait]
impl PaymentGateway for TransactionsTable {
    async fn charge(&self, charge: &Charge) -> Result<Receipt, ServiceError> {
        let transaction_id = charge.transaction_id.as_str();
        let counted = self
            .update(transaction_id)
            .update_expression(
                "SET charges = if_not_exists(charges, :none) ADD charge_attempts :one",
            )
            .expression_attribute_values(":none", map([]))
            .expression_attribute_values(":one", number(1_u8));
        send(counted, SERVICE, transaction_id).await?;

        let charged_at = self.now();
        let recorded = self
            .update(transaction_id)
            .update_expression("SET charges.#key = :charge")
            .condition_expression("attribute_not_exists(charges.#key)")
            .expression_attribute_names("#key", &charge.idempotency_key)
            .expression_attribute_values(
                ":charge",
                map([
                    ("amount", number(charge.amount)),
                    ("currency", text(&charge.currency)),
                    ("charged_at", text(&charged_at)),
                ]),
            );
        match send(recorded, SERVICE, transaction_id).await? {
            Updated::Applied => Ok(Receipt {
                idempotency_key: charge.idempotency_key.clone(),
                charged_at,
            }),
            Updated::Refused(Some(item)) => first_receipt(charge, &item),
            Updated::Refused(None) => {
                let item = self.read(SERVICE, transaction_id).await?;
                first_receipt(charge, &item.unwrap_or_default())
            }
        }
    }
}

/// Returns the receipt of the charge that was made before under the same key.
fn first_receipt(charge: &Charge, item: &Attributes) -> Result<Receipt, ServiceError> {
    let first = item
        .get("charges")
        .and_then(|charges| charges.as_m().ok())
        .and_then(|charges| charges.get(&charge.idempotency_key))
        .and_then(|first| first.as_m().ok())
        .ok_or_else(|| {
            unavailable(
                SERVICE,
                &charge.transaction_id,
                "the first charge cannot be read",
            )
        })?;
    let amount = first.get("amount").and_then(|amount| amount.as_n().ok());
    let string = |name: &str| {
        first
            .get(name)
            .map(AttributeValue::as_s)
            .and_then(Result::ok)
    };
    if amount != Some(&charge.amount.to_string()) || string("currency") != Some(&charge.currency) {
        return Err(ServiceError::ChargeConflict {
            idempotency_key: charge.idempotency_key.clone(),
        });
    }
    Ok(Receipt {
        idempotency_key: charge.idempotency_key.clone(),
        charged_at: string("charged_at").cloned().unwrap_or_default(),
    })
}
