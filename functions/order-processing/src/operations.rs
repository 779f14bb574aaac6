//! The names of the durable operations.
//!
//! Executions in flight are replayed by name: renaming one breaks those that started before.

/// Step: finds every reason to reject the order, and opens its record.
pub const VALIDATE_ORDER: &str = "validate-order";
/// Chained invoke of the worker of the same name.
pub const AUTHORIZE_PAYMENT: &str = "authorize-payment";
/// Chained invoke of the worker of the same name.
pub const ALLOCATE_INVENTORY: &str = "allocate-inventory";
/// Chained invoke of the worker of the same name.
pub const FULFILL_ORDER: &str = "fulfill-order";
/// Chained invoke of `fulfill-order`: undoes it.
pub const CANCEL_FULFILLMENT: &str = "cancel-fulfillment";
/// Chained invoke of `allocate-inventory`: undoes it.
pub const RELEASE_INVENTORY: &str = "release-inventory";
/// Chained invoke of `authorize-payment`: undoes it.
pub const VOID_PAYMENT: &str = "void-payment";
/// Step: closes the record with the result.
pub const RECORD_RESULT: &str = "record-result";
/// Step: closes the record of an order that a person has to look at.
pub const RECORD_FAILURE: &str = "record-failure";

/// Returns the name of the wait between two invokes of an operation.
pub fn retry_of(operation: &str) -> String {
    format!("{operation}-retry")
}
