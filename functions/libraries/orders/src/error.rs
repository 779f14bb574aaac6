//! What can go wrong in a store and in a worker.

use std::error::Error as StdError;
use std::fmt::Write as _;

use lambda_runtime::Diagnostic;

use crate::failure::Failure;

/// A failure of a table.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// It did not answer, and may later. Whether it did what it was asked to is unknown.
    #[error("the table is out of reach for `{key}`")]
    Unavailable {
        /// The order or product.
        key: String,
        /// The first cause.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// Others wrote at the same moment, and nothing was done.
    #[error("others write to what order `{order_id}` needs")]
    Contended {
        /// The order.
        order_id: String,
    },
    /// A record cannot be read.
    #[error("attribute `{attribute}` of order `{order_id}` cannot be read")]
    Malformed {
        /// The order.
        order_id: String,
        /// The attribute.
        attribute: &'static str,
        /// The cause.
        #[source]
        source: Box<dyn StdError + Send + Sync>,
    },
    /// Another execution has the order.
    #[error("order `{order_id}` belongs to execution `{execution}`")]
    Taken {
        /// The order.
        order_id: String,
        /// The execution that has it.
        execution: String,
    },
    /// The order is not paid and allocated.
    #[error("order `{order_id}` is not both paid and allocated")]
    NotReady {
        /// The order.
        order_id: String,
    },
    /// There is no stock any more that pieces could be put back to.
    #[error("product `{product_id}` has no stock that order `{order_id}` could give back to")]
    ProductGone {
        /// The order.
        order_id: String,
        /// The product.
        product_id: String,
    },
}

impl StoreError {
    /// Returns what this means to the one who asked.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Unavailable { .. } => Failure::TableUnavailable,
            Self::Contended { .. } => Failure::TableContended,
            Self::Malformed { .. } => Failure::RecordMalformed,
            Self::Taken { .. } => Failure::OrderTaken,
            Self::NotReady { .. } => Failure::OrderNotReady,
            Self::ProductGone { .. } => Failure::ProductGone,
        }
    }

    /// Returns the way out.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unavailable { .. } => {
                "check that the tables exist and that the role may read and write their items"
            }
            Self::Contended { .. } => "try again; too many orders want the same product at once",
            Self::Malformed { .. } => "look at the item of the order, and repair the attribute",
            Self::Taken { .. } => "send the order again under a new order id",
            Self::NotReady { .. } => "look at the item of the order; only the workflow may ship it",
            Self::ProductGone { .. } => "put the product back into the catalog, with a stock level",
        }
    }
}

/// A failure of a worker, as opposed to a refusal, which is an answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// The request cannot be read.
    #[error("the request cannot be read")]
    InvalidRequest(#[source] serde_json::Error),
    /// The order has a record that was made for another request.
    #[error("order `{order_id}` was decided for another request")]
    RequestConflict {
        /// The order.
        order_id: String,
    },
    /// A table failed.
    #[error("order `{order_id}` could not be worked on")]
    Store {
        /// The order.
        order_id: String,
        /// The cause.
        #[source]
        source: StoreError,
    },
}

impl WorkerError {
    /// Returns the failure of a store while it worked on the order.
    pub fn store(order_id: &str) -> impl FnOnce(StoreError) -> Self {
        let order_id = order_id.to_owned();
        move |source| Self::Store { order_id, source }
    }

    /// Returns what this means to the one who asked.
    pub fn failure(&self) -> Failure {
        match self {
            Self::InvalidRequest(_) => Failure::InvalidRequest,
            Self::RequestConflict { .. } => Failure::RequestConflict,
            Self::Store { source, .. } => source.failure(),
        }
    }

    /// Returns the way out.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "deploy the orchestrator and its workers together",
            Self::RequestConflict { .. } => "send the order again under a new order id",
            Self::Store { source, .. } => source.hint(),
        }
    }
}

impl From<WorkerError> for Diagnostic {
    fn from(error: WorkerError) -> Self {
        Self {
            error_type: error.failure().as_str().to_owned(),
            error_message: chain(&error),
        }
    }
}

/// Returns an error with its causes in one line, for where only one text fits.
pub fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        // Writing to a string cannot fail.
        let _ = write!(text, ": {cause}");
        source = cause.source();
    }
    text
}
