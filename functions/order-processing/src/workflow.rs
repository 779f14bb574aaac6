//! The order of the operations.

use std::sync::Arc;

use aws_durable_execution_sdk::{BoxError, DurableContext, TypedError};
use serde_json::value::RawValue;

use crate::case::Case;
use crate::closing::{record_failure, record_result, record_to_do};
use crate::compensation::{Undo, compensate};
use crate::forward::{Forward, GivenUp, Halt};
use crate::message::Order;
use crate::outcome::{OrderResult, Outcome};
use crate::services::Services;
use crate::validation::validate;

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
    let validation = validate(&case).await?;
    if case.order.cancel {
        let why = GivenUp::Refused(Outcome::Canceled);
        return give_up(&case, why, &Undo::ALL, validation.received_at).await;
    }
    let mut forward = Forward::of(&case);
    match forward.advance(&validation).await {
        Ok(completed) => record_result(&case, completed, validation.received_at).await,
        Err(Halt::Broken(error)) => Err(error.into()),
        Err(Halt::GivenUp(why)) => give_up(&case, why, &forward.done, validation.received_at).await,
    }
}

/// Undoes what was done, and records how the order ended.
async fn give_up(
    case: &Case,
    why: GivenUp,
    done: &[Undo],
    received_at: String,
) -> Result<OrderResult, BoxError> {
    let left = compensate(case, done).await?;
    if !left.is_empty() {
        return Err(record_to_do(case, &why, &left).await?.into());
    }
    match why {
        GivenUp::Refused(outcome) => record_result(case, outcome, received_at).await,
        GivenUp::Failed(failure) => Err(record_failure(case, failure).await?.into()),
    }
}
