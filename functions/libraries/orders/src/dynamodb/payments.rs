//! The attributes `payment` and `charged_amount`.

use async_trait::async_trait;

use super::table::{FirstWrite, Increment, LOOKS, Precondition, StateChange, Tables, contended};
use crate::error::StoreError;
use crate::payment::{Payment, PaymentStore};
use crate::record::Recorded;

const ATTRIBUTE: &str = "payment";
const CHARGED: &str = "charged_amount";

#[async_trait]
impl PaymentStore for Tables {
    async fn decide(
        &self,
        order_id: &str,
        decision: &Recorded<Payment>,
    ) -> Result<Recorded<Payment>, StoreError> {
        let increment = match &decision.record {
            Payment::Authorized { quote, .. } => Some(Increment {
                attribute: CHARGED,
                by: quote.amount.into(),
            }),
            _ => None,
        };
        self.write_first(FirstWrite {
            order_id,
            attribute: ATTRIBUTE,
            recorded: decision,
            increment,
            precondition: Precondition::Nothing,
        })
        .await
    }

    async fn void(&self, order_id: &str, voided_at: &str) -> Result<Payment, StoreError> {
        for _ in 0..LOOKS {
            let standing = match self.read_record(order_id, ATTRIBUTE).await? {
                Some(standing) => standing,
                None => self.decide(order_id, &voided_ahead(voided_at)).await?,
            };
            let Payment::Authorized { quote, .. } = standing.record else {
                return Ok(standing.record);
            };
            let change = StateChange {
                order_id,
                attribute: ATTRIBUTE,
                from: "authorized",
                to: "voided",
                time_field: "voided_at",
                at: voided_at,
                increment: Increment {
                    attribute: CHARGED,
                    by: -i128::from(quote.amount),
                },
            };
            if self.change_state(change).await? {
                return Ok(Payment::Voided {
                    amount: quote.amount,
                    voided_at: voided_at.to_owned(),
                });
            }
        }
        Err(contended(order_id))
    }
}

fn voided_ahead(voided_at: &str) -> Recorded<Payment> {
    Recorded {
        request: None,
        record: Payment::Voided {
            amount: 0,
            voided_at: voided_at.to_owned(),
        },
    }
}
