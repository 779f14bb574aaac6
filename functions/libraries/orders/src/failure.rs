//! The error types that workers fail with, and what they mean to the orchestrator.

/// Why a worker failed. Any error type that is not listed here is the runtime's own: the worker
/// crashed, ran out of time, or could not be started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The worker cannot read the request.
    InvalidRequest,
    /// The order was decided for another request.
    RequestConflict,
    /// Another execution has the order.
    OrderTaken,
    /// The order is not paid and allocated.
    OrderNotReady,
    /// The stock is gone that pieces should be put back to.
    ProductGone,
    /// The order's record cannot be read.
    RecordMalformed,
    /// Too many write at the same moment.
    TableContended,
    /// A table does not answer.
    TableUnavailable,
}

impl Failure {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::InvalidRequest,
        Self::RequestConflict,
        Self::OrderTaken,
        Self::OrderNotReady,
        Self::ProductGone,
        Self::RecordMalformed,
        Self::TableContended,
        Self::TableUnavailable,
    ];

    /// Returns the error type.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "InvalidRequest",
            Self::RequestConflict => "RequestConflict",
            Self::OrderTaken => "OrderTaken",
            Self::OrderNotReady => "OrderNotReady",
            Self::ProductGone => "ProductGone",
            Self::RecordMalformed => "RecordMalformed",
            Self::TableContended => "TableContended",
            Self::TableUnavailable => "TableUnavailable",
        }
    }

    /// Reads an error type.
    pub fn parse(error_type: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|failure| failure.as_str() == error_type)
    }

    /// Returns whether trying again cannot help.
    pub fn is_permanent(self) -> bool {
        !matches!(self, Self::TableContended | Self::TableUnavailable)
    }

    /// Returns whether the worker certainly did nothing for this request.
    pub fn did_nothing(self) -> bool {
        matches!(
            self,
            Self::InvalidRequest | Self::RequestConflict | Self::OrderTaken | Self::OrderNotReady
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Failure;

    #[test]
    fn every_error_type_is_read_back() {
        for failure in Failure::ALL {
            assert_eq!(Failure::parse(failure.as_str()), Some(failure));
            assert!(failure.is_permanent() || !failure.did_nothing());
        }
        assert_eq!(Failure::parse("Sandbox.Timedout"), None);
    }
}
