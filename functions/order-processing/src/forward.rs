//! The way forward: through the workers, one after the other.

use aws_durable_execution_sdk::OperationError;
use orders::allocation::AllocationRequest;
use orders::catalog::Quote;
use orders::payment::PaymentRequest;
use orders::shipment::ShipmentRequest;
use orders::{Allocation, Items, Payment, Shipment};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::call::{Call, CallError};
use crate::case::Case;
use crate::compensation::Undo;
use crate::error::WorkerFailure;
use crate::operations;
use crate::outcome::Outcome;
use crate::validation::Validation;

/// An order on its way forward.
pub(crate) struct Forward<'a> {
    case: &'a Case,
    /// What may have been done so far, and would have to be undone.
    pub(crate) done: Vec<Undo>,
}

/// Why the way forward ends early.
pub(crate) enum Halt {
    /// The order is given up.
    GivenUp(GivenUp),
    /// The execution itself is broken; nothing more can be done in it.
    Broken(OperationError),
}

/// Why an order is given up.
pub(crate) enum GivenUp {
    /// It was refused, and has its outcome.
    Refused(Outcome),
    /// A worker failed for good.
    Failed(WorkerFailure),
}

impl<'a> Forward<'a> {
    pub(crate) fn of(case: &'a Case) -> Self {
        Self {
            case,
            done: Vec::new(),
        }
    }

    /// Goes forward until the order is completed or given up.
    pub(crate) async fn advance(&mut self, validation: &Validation) -> Result<Outcome, Halt> {
        let items = match self.case.checked.items() {
            Some(items) if validation.reasons.is_empty() => items,
            _ => {
                let reasons = validation.reasons.clone();
                return Err(refused(Outcome::Rejected { reasons }));
            }
        };
        let quote = self.authorize(&items).await?;
        self.allocate(&items).await?;
        let shipment_id = self.fulfill(items).await?;
        Ok(Outcome::Completed { quote, shipment_id })
    }

    async fn authorize(&mut self, items: &Items) -> Result<Quote, Halt> {
        let case = self.case;
        let operation = operations::AUTHORIZE_PAYMENT;
        let call = case.call(operation, &case.services.workers.authorize_payment);
        let request = PaymentRequest::Authorize {
            order_id: case.order_id().to_owned(),
            customer_id: case.order.customer_id.clone(),
            items: items.clone(),
            payment_method: case.order.payment_method.clone(),
        };
        match self.invoke(call, &request, Undo::VoidPayment).await? {
            Payment::Authorized { quote, .. } => {
                self.done.push(Undo::VoidPayment);
                Ok(quote)
            }
            Payment::Declined {
                reason,
                amount,
                currency,
                ..
            } => Err(refused(Outcome::PaymentDeclined {
                reason,
                amount,
                currency,
            })),
            Payment::Rejected { reasons, .. } => Err(refused(Outcome::Rejected { reasons })),
            Payment::Voided { .. } => Err(undone_before(operation)),
        }
    }

    async fn allocate(&mut self, items: &Items) -> Result<(), Halt> {
        let case = self.case;
        let operation = operations::ALLOCATE_INVENTORY;
        let call = case.call(operation, &case.services.workers.allocate_inventory);
        let request = AllocationRequest::Allocate {
            order_id: case.order_id().to_owned(),
            items: items.clone(),
        };
        match self.invoke(call, &request, Undo::ReleaseInventory).await? {
            Allocation::Allocated { .. } => {
                self.done.push(Undo::ReleaseInventory);
                Ok(())
            }
            Allocation::Unavailable { short, .. } => {
                Err(refused(Outcome::InventoryUnavailable { short }))
            }
            Allocation::Released { .. } => Err(undone_before(operation)),
        }
    }

    /// Returns the id of the shipment.
    async fn fulfill(&mut self, items: Items) -> Result<String, Halt> {
        let case = self.case;
        let operation = operations::FULFILL_ORDER;
        let call = case.call(operation, &case.services.workers.fulfill_order);
        let request = ShipmentRequest::Fulfill {
            order_id: case.order_id().to_owned(),
            customer_id: case.order.customer_id.clone(),
            items,
        };
        match self.invoke(call, &request, Undo::CancelFulfillment).await? {
            Shipment::Shipped { shipment_id, .. } => Ok(shipment_id),
            Shipment::Refused {
                reason, products, ..
            } => Err(refused(Outcome::FulfillmentFailed { reason, products })),
            Shipment::Canceled { .. } => Err(undone_before(operation)),
        }
    }

    /// Returns the worker's answer. Where there is none, it may have done its work all the same,
    /// unless it certainly did nothing.
    async fn invoke<R, A>(&mut self, call: Call<'_>, request: &R, undo: Undo) -> Result<A, Halt>
    where
        R: Serialize + DeserializeOwned + Clone + Send + Sync + 'static,
        A: Serialize + DeserializeOwned + Send + 'static,
    {
        match call.send(request).await {
            Ok(answer) => Ok(answer),
            Err(CallError::Broken(error)) => Err(Halt::Broken(error)),
            Err(CallError::Failed(failure)) => {
                if !failure.did_nothing {
                    self.done.push(undo);
                }
                Err(Halt::GivenUp(GivenUp::Failed(failure)))
            }
        }
    }
}

fn refused(outcome: Outcome) -> Halt {
    Halt::GivenUp(GivenUp::Refused(outcome))
}

/// The answer says that the order was undone before: somebody else closed it.
fn undone_before(operation: &'static str) -> Halt {
    Halt::GivenUp(GivenUp::Failed(WorkerFailure {
        operation,
        error_type: "OrderGivenUp".to_owned(),
        message: "the order had been undone before".to_owned(),
        did_nothing: true,
    }))
}
