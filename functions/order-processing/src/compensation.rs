//! Undoing what was done.

use aws_durable_execution_sdk::OperationError;
use orders::allocation::AllocationRequest;
use orders::payment::PaymentRequest;
use orders::shipment::ShipmentRequest;
use orders::{Allocation, Payment, Shipment};
use serde::Serialize;

use crate::call::CallError;
use crate::case::Case;
use crate::error::WorkerFailure;
use crate::operations;
use crate::settings::Workers;

/// Something that may have been done, and how it is undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Undo {
    VoidPayment,
    ReleaseInventory,
    CancelFulfillment,
}

/// Something that could not be undone, for a person to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ToDo {
    /// What to do.
    pub(crate) task: &'static str,
    /// Why the workflow could not.
    #[serde(flatten)]
    pub(crate) failure: WorkerFailure,
}

impl Undo {
    /// All, in the order in which the way forward does what they undo.
    pub(crate) const ALL: [Self; 3] = [
        Self::VoidPayment,
        Self::ReleaseInventory,
        Self::CancelFulfillment,
    ];

    fn operation(self) -> &'static str {
        match self {
            Self::VoidPayment => operations::VOID_PAYMENT,
            Self::ReleaseInventory => operations::RELEASE_INVENTORY,
            Self::CancelFulfillment => operations::CANCEL_FULFILLMENT,
        }
    }

    fn worker(self, workers: &Workers) -> &str {
        match self {
            Self::VoidPayment => &workers.authorize_payment,
            Self::ReleaseInventory => &workers.allocate_inventory,
            Self::CancelFulfillment => &workers.fulfill_order,
        }
    }

    /// Returns what a person has to do where the workflow could not.
    fn task(self) -> &'static str {
        match self {
            Self::VoidPayment => "give back what attribute `payment` says was charged",
            Self::ReleaseInventory => "put back into stock what attribute `allocation` says",
            Self::CancelFulfillment => "call back what attribute `shipment` says was shipped",
        }
    }
}

/// Undoes everything in reverse order, and returns what could not be undone. What comes first
/// does not keep what comes after from being tried.
pub(crate) async fn compensate(case: &Case, done: &[Undo]) -> Result<Vec<ToDo>, OperationError> {
    let mut left = Vec::new();
    for undo in done.iter().rev().copied() {
        match undo_one(case, undo).await {
            Ok(()) => {}
            Err(CallError::Failed(failure)) => left.push(ToDo {
                task: undo.task(),
                failure,
            }),
            Err(CallError::Broken(error)) => return Err(error),
        }
    }
    Ok(left)
}

async fn undo_one(case: &Case, undo: Undo) -> Result<(), CallError> {
    let order_id = case.order_id().to_owned();
    let operation = undo.operation();
    let call = case.undo_call(operation, undo.worker(&case.services.workers));
    let still_done = match undo {
        Undo::VoidPayment => {
            let payment = call.send(&PaymentRequest::Void { order_id }).await?;
            matches!(payment, Payment::Authorized { .. })
        }
        Undo::ReleaseInventory => {
            let allocation = call.send(&AllocationRequest::Release { order_id }).await?;
            matches!(allocation, Allocation::Allocated { .. })
        }
        Undo::CancelFulfillment => {
            let shipment = call.send(&ShipmentRequest::Cancel { order_id }).await?;
            matches!(shipment, Shipment::Shipped { .. })
        }
    };
    if still_done {
        return Err(CallError::Failed(WorkerFailure::of_attempt(
            operation,
            1,
            "NotUndone",
            "the worker answered that it is still done",
        )));
    }
    Ok(())
}
