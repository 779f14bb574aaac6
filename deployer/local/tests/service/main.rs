//! The durable execution service over HTTP: invoking, asking, restarting, crowds and faults.

#![expect(clippy::unwrap_used, reason = "what is missing fails the test")]
#![expect(
    clippy::indexing_slicing,
    reason = "a missing member of a document reads as null"
)]

mod chained;
mod concurrency;
mod crowds;
mod deleting;
mod faults;
mod invoking;
mod pausing;
mod protocol;
mod queries;
mod restart;
#[path = "../support/mod.rs"]
mod support;

use aws_durable_execution_sdk::{BoxError, DurableContext};
use aws_sdk_lambda::error::{ProvideErrorMetadata, SdkError};
use serde_json::Value;

use support::World;

/// Registers a function that asks once, under the name `ask`, and returns the answer.
fn register_asking(world: &World, name: &str) {
    world.register(name, ask);
}

/// Asks once, under the name `ask`, and returns the answer.
async fn ask(_: Value, context: DurableContext) -> Result<Value, BoxError> {
    Ok(context
        .create_callback::<Value>()
        .name("ask")
        .await?
        .result()
        .await?)
}

/// Returns type and message of an error.
fn code<E: ProvideErrorMetadata, R>(result: Result<impl Sized, SdkError<E, R>>) -> String {
    match result {
        Ok(_) => "no error".to_owned(),
        Err(error) => error.code().unwrap_or("no code").to_owned(),
    }
}
