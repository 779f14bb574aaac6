//! A durable function that CloudFormation deletes while executions of it go on: Lambda lets them end first, which may
//! take long and looks like a deletion that hangs.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::types::{ResourceStatus, StackEvent};
use aws_sdk_lambda::types::StateReasonCode;

use crate::aws::{Clients, count_unfinished};
use crate::count::counted;
use crate::resources::FUNCTION;

/// What Lambda says of a function that waits for its executions.
///
/// Source: `StateReasonCode` in the AWS Lambda API Reference.
const REASON: &str = "DrainingDurableExecutions";

/// A deletion that takes longer than so many looks is looked into, and again after as many.
const LOOKS: u32 = 5;

/// The functions that are being deleted.
#[derive(Default)]
pub(super) struct Draining {
    functions: BTreeMap<String, Deletion>,
}

#[derive(Default)]
struct Deletion {
    looks: u32,
    told: Option<String>,
}

impl Draining {
    /// Learns from an event of a stack which functions are being deleted.
    pub(super) fn hear(&mut self, event: &StackEvent) {
        let (Some(FUNCTION), Some(function)) =
            (event.resource_type(), event.physical_resource_id())
        else {
            return;
        };
        if event.resource_status().map(ResourceStatus::as_str) == Some("DELETE_IN_PROGRESS") {
            self.functions.entry(function.to_owned()).or_default();
        } else {
            self.functions.remove(function);
        }
    }

    /// Returns what is new to be said of those that wait for executions. What cannot be read is not told: it only
    /// explains.
    pub(super) async fn look(&mut self, clients: &Clients) -> Vec<String> {
        let mut news = Vec::new();
        for (function, deletion) in &mut self.functions {
            deletion.looks += 1;
            if !deletion.looks.is_multiple_of(LOOKS) || !drains(clients, function).await {
                continue;
            }
            let left = count_unfinished(clients, function).await.map_or_else(
                |_| "how many are left is not known".to_owned(),
                |left| format!("{} left", counted(left.total(), "execution")),
            );
            let text =
                format!("Lambda deletes `{function}` when its executions have ended: {left}");
            if deletion.told.as_ref() != Some(&text) {
                deletion.told = Some(text.clone());
                news.push(text);
            }
        }
        news
    }
}

async fn drains(clients: &Clients, function: &str) -> bool {
    let read = clients.lambda.get_function_configuration();
    let read = read.function_name(function).send().await;
    read.is_ok_and(|function| {
        function.state_reason_code().map(StateReasonCode::as_str) == Some(REASON)
    })
}
