//! The seam between the durable execution service and what surrounds it.
//!
//! The service knows executions; it does not know where functions come from or how their processes
//! run. Whoever embeds it answers those questions through [`FunctionGateway`].

use std::net::SocketAddr;

/// What the durable execution service needs of the world around it.
#[async_trait::async_trait]
pub trait FunctionGateway: Send + Sync + 'static {
    /// Resolves a function name or ARN (partial, full, qualified or not) and a qualifier.
    ///
    /// Returns `None` when the function exists but is not durable.
    async fn resolve(
        &self,
        function: &str,
        qualifier: Option<&str>,
    ) -> Result<Option<DurableFunction>, GatewayError>;

    /// Invokes a version synchronously with a durable invocation envelope and returns its answer.
    async fn invoke(
        &self,
        function: &FunctionVersion,
        payload: Vec<u8>,
    ) -> Result<InvokeOutcome, GatewayError>;

    /// Returns the version that a function name or ARN stands for, qualifier included: `$LATEST`
    /// without one.
    async fn version(&self, function: &str) -> Result<String, GatewayError>;

    /// Invokes a function that is not durable, for a chained invoke; `function` is the name or ARN
    /// as the caller gave it, qualifier included.
    async fn invoke_plain(
        &self,
        function: &str,
        payload: Vec<u8>,
    ) -> Result<InvokeOutcome, GatewayError>;

    /// Publishes a `Durable Execution Status Change` event. A failure is logged and never fatal.
    async fn publish_status_change(&self, change: &StatusChange) -> Result<(), GatewayError>;

    /// Kills the process at the other end of a local connection, for fault injection.
    async fn kill_peer(&self, peer: SocketAddr) -> Result<(), GatewayError>;
}

/// A function at one fixed version.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FunctionVersion {
    /// The function's name.
    pub name: String,
    /// `$LATEST` or a version number.
    pub version: String,
}

/// How a caller pointed at a version of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Qualification {
    /// By the function alone, which an invocation of a durable function may not do.
    Unqualified,
    /// By `$LATEST`.
    Latest,
    /// By a version number.
    Version,
    /// By the alias of this name.
    Alias(String),
}

/// A durable function, resolved to the version that a new execution is pinned to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DurableFunction {
    /// The version that the qualifier resolves to.
    pub version: FunctionVersion,
    /// The function's ARN without qualifier.
    pub arn: String,
    /// How the caller named the version.
    pub qualified_by: Qualification,
    /// `DurableConfig.ExecutionTimeout`.
    pub execution_timeout_seconds: u64,
    /// `DurableConfig.RetentionPeriodInDays`.
    pub retention_days: u32,
    /// The function's `Timeout`, the longest that one invocation may take.
    pub timeout_seconds: u64,
}

/// What an invoked function answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvokeOutcome {
    /// It returned this payload.
    Returned(Vec<u8>),
    /// It failed: an error of the handler, a crash or a timeout.
    FunctionError {
        /// The error's type, such as `Runtime.ExitError`.
        error_type: String,
        /// The error's message.
        message: String,
        /// The payload as the function sent it.
        payload: Vec<u8>,
    },
}

/// One change of an execution's status, as EventBridge is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusChange {
    /// The execution's ARN.
    pub execution_arn: String,
    /// The execution's name.
    pub execution_name: String,
    /// The function's ARN with the version it is pinned to.
    pub function_arn: String,
    /// `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT` or `STOPPED`.
    pub status: String,
    /// When the execution started, in RFC 3339.
    pub start_timestamp: String,
    /// When the execution ended, in RFC 3339; absent while it runs.
    pub end_timestamp: Option<String>,
}

/// Why the gateway could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GatewayError {
    /// There is no such function or version.
    #[error("function `{function}` does not exist")]
    NotFound {
        /// The function as it was named.
        function: String,
    },
    /// The function could not be reached; trying again may help.
    #[error("function host cannot be reached for `{target}`")]
    Unavailable {
        /// What was asked for.
        target: String,
        /// The cause.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// The function host has no capacity now; trying again later helps.
    #[error("function `{function}` is throttled")]
    Throttled {
        /// The function as it was named.
        function: String,
    },
    /// The request can never succeed as it stands.
    #[error("request for `{target}` was refused: {reason}")]
    Refused {
        /// What was asked for.
        target: String,
        /// Why it was refused.
        reason: String,
    },
}

impl GatewayError {
    /// Returns whether the same request may succeed later.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::Throttled { .. })
    }

    /// Returns what the user can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NotFound { .. } => Some("deploy the function, or correct its name or qualifier"),
            Self::Unavailable { .. } => Some("check that the local target runs"),
            Self::Throttled { .. } | Self::Refused { .. } => None,
        }
    }
}
