//! The orchestrator's own part of an order's item.

use async_trait::async_trait;
use serde_json::Value;

use crate::error::StoreError;
use crate::items::Items;

/// Keeps what a person wants to know about an order.
///
/// An order id belongs to the execution that opens it first, for ever: another one fails with
/// [`StoreError::Taken`] before it has done anything. A [rerun](first_run) of that execution takes over an
/// order of the same things that is still open, and the execution before it can no longer close it.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Opens the order, and returns when it was opened first by this execution.
    async fn open(&self, opening: &Opening, now: &str) -> Result<String, StoreError>;

    /// Closes the order, and returns when it was closed first.
    async fn close(&self, closing: &Closing, now: &str) -> Result<String, StoreError>;
}

/// An order as it came in; what is invalid is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// Which order.
    pub order_id: String,
    /// The ARN of the execution.
    pub execution: String,
    /// Who ordered.
    pub customer_id: Option<String>,
    /// By which means it is paid.
    pub payment_method: Option<String>,
    /// What is ordered.
    pub items: Option<Items>,
}

impl Opening {
    /// Returns whether nothing of the order was left out.
    pub(crate) fn is_whole(&self) -> bool {
        self.customer_id.is_some() && self.payment_method.is_some() && self.items.is_some()
    }

    /// Returns whether this is the opening by a rerun of what the other one opened.
    pub(crate) fn is_rerun_of(&self, other: &Self) -> bool {
        let same = Self {
            execution: other.execution.clone(),
            ..self.clone()
        };
        let is_run = |first| {
            runs_of(first)
                .iter()
                .any(|run| other.execution.contains(run))
        };
        same == *other && self.is_whole() && first_run(&self.execution).is_some_and(is_run)
    }
}

/// The end of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// Which order.
    pub order_id: String,
    /// The ARN of the execution.
    pub execution: String,
    /// Its final status.
    pub status: &'static str,
    /// What a person wants to know beside the status.
    pub outcome: Value,
}

/// The status of an order that is open.
pub const PROCESSING: &str = "processing";

/// Returns the name of the execution that this one is a rerun of, by its own name: the reruns of `X` are
/// `X-r2`, `X-r3` and so on. Nothing for the ARN of a first run, and for what is no ARN.
pub fn first_run(execution: &str) -> Option<&str> {
    let (_, named) = execution.split_once("/durable-execution/")?;
    let (name, _) = named.split_once('/')?;
    let (first, number) = name.rsplit_once("-r")?;
    let run: u32 = number.parse().ok()?;
    (!first.is_empty() && run >= 2 && number == run.to_string()).then_some(first)
}

/// Returns what the ARN of the first run has in it, and what those of its reruns have.
pub(crate) fn runs_of(first: &str) -> [String; 2] {
    [
        format!("/durable-execution/{first}/"),
        format!("/durable-execution/{first}-r"),
    ]
}

#[cfg(test)]
mod tests {
    use super::first_run;

    #[test]
    fn a_rerun_is_told_by_its_name() {
        let arn =
            |name: &str| format!("arn:aws:lambda:r:a:function:f:1/durable-execution/{name}/id");
        for (name, first) in [
            ("x-r2", Some("x")),
            ("x-r12", Some("x")),
            ("x", None),
            ("x-r1", None),
            ("x-r02", None),
            ("x-red", None),
            ("-r2", None),
        ] {
            assert_eq!(first_run(&arn(name)), first, "{name}");
        }
        assert_eq!(first_run("x-r2"), None);
    }
}
