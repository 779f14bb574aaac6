//! What all parts of the workflow work on.

use std::sync::Arc;

use aws_durable_execution_sdk::DurableContext;

use crate::call::Call;
use crate::message::{Checked, Order};
use crate::retry;
use crate::services::Services;

/// One execution.
pub(crate) struct Case {
    pub(crate) context: DurableContext,
    pub(crate) services: Arc<Services>,
    pub(crate) order: Order,
    pub(crate) checked: Checked,
}

impl Case {
    pub(crate) fn order_id(&self) -> &str {
        &self.order.order_id
    }

    /// Returns the call of a worker on the way forward.
    pub(crate) fn call<'a>(&'a self, operation: &'static str, function: &'a str) -> Call<'a> {
        Call {
            context: &self.context,
            operation,
            function,
            schedule: retry::brief(self.services.longest_wait),
        }
    }

    /// Returns the call of a worker that undoes.
    pub(crate) fn undo_call<'a>(&'a self, operation: &'static str, function: &'a str) -> Call<'a> {
        Call {
            schedule: retry::patient(self.services.longest_wait),
            ..self.call(operation, function)
        }
    }
}
