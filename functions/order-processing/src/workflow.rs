//! The order of the operations.

use std::sync::Arc;

use aws_durable_execution_sdk::{
    BoxError, DurableContext, OperationError, OperationErrorKind, TypedError,
};
use orders::allocation::AllocationRequest;
use orders::catalog::{Quote, look_up, quote};
use orders::journal::{Closing, Opening};
use orders::payment::PaymentRequest;
use orders::shipment::ShipmentRequest;
use orders::{Allocation, Items, Payment, Reason, Shipment, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;
use steps::repeatable;

use crate::call::CallError;
use crate::case::Case;
use crate::compensation::{ToDo, Undo, compensate};
use crate::error::{OrderError, ServiceError, WorkerFailure};
use crate::message::Order;
use crate::operations;
use crate::outcome::{OrderResult, Outcome};
use crate::retry;
use crate::services::Services;

/// Processes the order in `message`.
///
/// The message is taken as raw text: what cannot be read must fail the execution, with what is
/// wrong in its error, and not the invocation, which the service would repeat.
pub async fn handle(
    message: Box<RawValue>,
    context: DurableContext,
    services: Arc<Services>,
) -> Result<OrderResult, BoxError> {
    let order = Order::parse(message.get())
        .map_err(|invalid| TypedError::with_type("InvalidOrder", invalid))?;
    let checked = order.check();
    let case = Case {
        context,
        services,
        order,
        checked,
    };
    let validation = case.validate().await?;
    let mut done = Vec::new();
    let end = match case.advance(&validation, &mut done).await {
        Err(Halt::Broken(error)) => return Err(error.into()),
        Err(Halt::Failed(failure)) => Err(failure),
        Ok(outcome) => Ok(outcome),
    };
    if !matches!(end, Ok(Outcome::Completed { .. })) {
        let left = compensate(&case, &done).await?;
        if !left.is_empty() {
            return Err(case.needs_a_person(&end, &left).await?.into());
        }
    }
    case.finish(end, validation.received_at).await
}

/// What the first step found out.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Validation {
    received_at: String,
    reasons: Vec<Reason>,
}

/// Why the way forward ended without an outcome.
enum Halt {
    Failed(WorkerFailure),
    Broken(OperationError),
}

impl From<CallError> for Halt {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Failed(failure) => Self::Failed(failure),
            CallError::Broken(error) => Self::Broken(error),
        }
    }
}

impl Case {
    /// Finds every reason to reject the order, and opens its record.
    async fn validate(&self) -> Result<Validation, OperationError> {
        let services = Arc::clone(&self.services);
        let checked = self.checked.clone();
        let opening = self.opening();
        let body = async move {
            let failed = failure_of(&opening.order_id);
            let mut reasons = checked.reasons;
            if !checked.products.is_empty() {
                let found = look_up(services.catalog.as_ref(), &checked.products).await;
                if let Err(unsold) = quote(&found.map_err(failed.clone())?) {
                    reasons.extend(unsold);
                }
            }
            let now = services.clock.now();
            let received_at = services
                .journal
                .open(&opening, &now)
                .await
                .map_err(failed)?;
            tracing::info!(
                order_id = opening.order_id,
                reasons = reasons.len(),
                "order validated"
            );
            Ok::<_, ServiceError>(Validation {
                received_at,
                reasons,
            })
        };
        let schedule = retry::brief(self.services.longest_wait);
        repeatable(&self.context, operations::VALIDATE_ORDER, schedule, body).await
    }

    /// Goes forward, and notes in `done` what may have to be undone.
    async fn advance(
        &self,
        validation: &Validation,
        done: &mut Vec<Undo>,
    ) -> Result<Outcome, Halt> {
        let items = match self.checked.items() {
            Some(items) if validation.reasons.is_empty() => items,
            _ => {
                let reasons = validation.reasons.clone();
                return Ok(Outcome::Rejected { reasons });
            }
        };
        let quote = match self.authorize(&items, done).await? {
            Ok(quote) => quote,
            Err(outcome) => return Ok(outcome),
        };
        if let Err(outcome) = self.allocate(&items, done).await? {
            return Ok(outcome);
        }
        self.fulfill(items, quote, done).await
    }

    async fn authorize(
        &self,
        items: &Items,
        done: &mut Vec<Undo>,
    ) -> Result<Result<Quote, Outcome>, Halt> {
        let operation = operations::AUTHORIZE_PAYMENT;
        let call = self.call(operation, &self.services.workers.authorize_payment);
        let request = PaymentRequest::Authorize {
            order_id: self.order_id().to_owned(),
            customer_id: self.order.customer_id.clone(),
            items: items.clone(),
            payment_method: self.order.payment_method.clone(),
        };
        match noting(call.send(&request).await, Undo::VoidPayment, done)? {
            Payment::Authorized { quote, .. } => {
                done.push(Undo::VoidPayment);
                Ok(Ok(quote))
            }
            Payment::Declined {
                reason,
                amount,
                currency,
                ..
            } => Ok(Err(Outcome::PaymentDeclined {
                reason,
                amount,
                currency,
            })),
            Payment::Rejected { reasons, .. } => Ok(Err(Outcome::Rejected { reasons })),
            Payment::Voided { .. } => Err(given_up(operation)),
        }
    }

    async fn allocate(
        &self,
        items: &Items,
        done: &mut Vec<Undo>,
    ) -> Result<Result<(), Outcome>, Halt> {
        let operation = operations::ALLOCATE_INVENTORY;
        let call = self.call(operation, &self.services.workers.allocate_inventory);
        let request = AllocationRequest::Allocate {
            order_id: self.order_id().to_owned(),
            items: items.clone(),
        };
        match noting(call.send(&request).await, Undo::ReleaseInventory, done)? {
            Allocation::Allocated { .. } => {
                done.push(Undo::ReleaseInventory);
                Ok(Ok(()))
            }
            Allocation::Unavailable { short, .. } => {
                Ok(Err(Outcome::InventoryUnavailable { short }))
            }
            Allocation::Released { .. } => Err(given_up(operation)),
        }
    }

    async fn fulfill(
        &self,
        items: Items,
        quote: Quote,
        done: &mut Vec<Undo>,
    ) -> Result<Outcome, Halt> {
        let operation = operations::FULFILL_ORDER;
        let call = self.call(operation, &self.services.workers.fulfill_order);
        let request = ShipmentRequest::Fulfill {
            order_id: self.order_id().to_owned(),
            customer_id: self.order.customer_id.clone(),
            items,
        };
        match noting(call.send(&request).await, Undo::CancelFulfillment, done)? {
            Shipment::Shipped { shipment_id, .. } => Ok(Outcome::Completed { quote, shipment_id }),
            Shipment::Refused {
                reason, products, ..
            } => Ok(Outcome::FulfillmentFailed { reason, products }),
            Shipment::Canceled { .. } => Err(given_up(operation)),
        }
    }

    async fn finish(
        &self,
        end: Result<Outcome, WorkerFailure>,
        received_at: String,
    ) -> Result<OrderResult, BoxError> {
        match end {
            Ok(outcome) => {
                let record = serde_json::to_value(&outcome)?;
                let finished_at = self
                    .close(operations::RECORD_RESULT, outcome.status(), record)
                    .await?;
                Ok(OrderResult {
                    order_id: self.order_id().to_owned(),
                    outcome,
                    received_at,
                    finished_at,
                })
            }
            Err(failure) => {
                let record = json!({"failure": failure});
                self.close_failed("failed", record).await?;
                Err(typed(OrderError::WorkerFailed {
                    order_id: self.order_id().to_owned(),
                    failure,
                })
                .into())
            }
        }
    }

    /// Leaves a record that a person can act on, and returns what the execution fails with.
    async fn needs_a_person(
        &self,
        end: &Result<Outcome, WorkerFailure>,
        left: &[ToDo],
    ) -> Result<TypedError, OperationError> {
        let record = match end {
            Ok(outcome) => json!({"because": outcome, "to_do": left}),
            Err(failure) => json!({"failure": failure, "to_do": left}),
        };
        self.close_failed("compensation_failed", record).await?;
        let left = left
            .iter()
            .map(|to_do| format!("{}, since {}", to_do.task, to_do.failure));
        Ok(typed(OrderError::CompensationFailed {
            order_id: self.order_id().to_owned(),
            left: left.collect(),
        }))
    }

    /// Closes the record of an order that failed. When that fails as well, the failure of the
    /// order is still the one to tell.
    async fn close_failed(
        &self,
        status: &'static str,
        record: serde_json::Value,
    ) -> Result<(), OperationError> {
        match self.close(operations::RECORD_FAILURE, status, record).await {
            Err(error) if !matches!(error.kind(), OperationErrorKind::Step(_)) => Err(error),
            _ => Ok(()),
        }
    }

    async fn close(
        &self,
        operation: &str,
        status: &'static str,
        outcome: serde_json::Value,
    ) -> Result<String, OperationError> {
        let services = Arc::clone(&self.services);
        let closing = Closing {
            order_id: self.order_id().to_owned(),
            execution: self.context.execution_arn().to_owned(),
            status,
            outcome,
        };
        let body = async move {
            let finished_at = services
                .journal
                .close(&closing, &services.clock.now())
                .await
                .map_err(failure_of(&closing.order_id))?;
            tracing::info!(order_id = closing.order_id, status, "order closed");
            Ok::<_, ServiceError>(finished_at)
        };
        let schedule = retry::patient(self.services.longest_wait);
        repeatable(&self.context, operation, schedule, body).await
    }

    fn opening(&self) -> Opening {
        Opening {
            order_id: self.order_id().to_owned(),
            execution: self.context.execution_arn().to_owned(),
            customer_id: self.checked.customer_id.clone(),
            payment_method: self.checked.payment_method.clone(),
            items: self.checked.items(),
        }
    }
}

/// Notes that a worker may have done what it failed at, unless it certainly did nothing.
fn noting<A>(
    answer: Result<A, CallError>,
    undo: Undo,
    done: &mut Vec<Undo>,
) -> Result<A, CallError> {
    if let Err(CallError::Failed(failure)) = &answer
        && !failure.certain
    {
        done.push(undo);
    }
    answer
}

/// The answer says that the order was undone before: somebody else closed it.
fn given_up(operation: &'static str) -> Halt {
    Halt::Failed(WorkerFailure {
        operation,
        error_type: "OrderGivenUp".to_owned(),
        message: "the order had been undone before".to_owned(),
        certain: true,
    })
}

fn failure_of(order_id: &str) -> impl FnOnce(StoreError) -> ServiceError + Clone {
    let order_id = order_id.to_owned();
    move |source| ServiceError::Store { order_id, source }
}

fn typed(error: OrderError) -> TypedError {
    TypedError::with_type(error.error_type(), error)
}
