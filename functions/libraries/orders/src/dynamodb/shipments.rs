//! The attributes `shipment` and `shipments`.

use async_trait::async_trait;

use super::table::{FirstWrite, Increment, LOOKS, Precondition, StateChange, Tables, contended};
use crate::error::StoreError;
use crate::record::Recorded;
use crate::shipment::{Shipment, ShipmentStore};

const ATTRIBUTE: &str = "shipment";
const TOTAL: &str = "shipments";

#[async_trait]
impl ShipmentStore for Tables {
    async fn decide_shipment(
        &self,
        order_id: &str,
        decision: &Recorded<Shipment>,
    ) -> Result<Recorded<Shipment>, StoreError> {
        let (increment, precondition) = match decision.record {
            Shipment::Shipped { .. } => (
                Some(Increment {
                    attribute: TOTAL,
                    by: 1,
                }),
                Precondition::PaidAndAllocated,
            ),
            _ => (None, Precondition::Nothing),
        };
        self.write_first(FirstWrite {
            order_id,
            attribute: ATTRIBUTE,
            recorded: decision,
            increment,
            precondition,
        })
        .await
    }

    async fn cancel(&self, order_id: &str, canceled_at: &str) -> Result<Shipment, StoreError> {
        let canceled = Shipment::Canceled {
            canceled_at: canceled_at.to_owned(),
        };
        let ahead = Recorded {
            request: None,
            record: canceled.clone(),
        };
        for _ in 0..LOOKS {
            let standing = match self.read_record(order_id, ATTRIBUTE).await? {
                Some(standing) => standing,
                None => self.decide_shipment(order_id, &ahead).await?,
            };
            if !matches!(standing.record, Shipment::Shipped { .. }) {
                return Ok(standing.record);
            }
            let change = StateChange {
                order_id,
                attribute: ATTRIBUTE,
                from: "shipped",
                to: "canceled",
                time_field: "canceled_at",
                at: canceled_at,
                increment: Increment {
                    attribute: TOTAL,
                    by: -1,
                },
            };
            if self.change_state(change).await? {
                return Ok(canceled);
            }
        }
        Err(contended(order_id))
    }
}
