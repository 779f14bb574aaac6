//! What the handlers of the one port share.

use std::sync::Arc;

use tokio::sync::Notify;

use super::access::Access;
use super::call_faults::CallFaults;
use super::start_limit::StartLimit;
use crate::execution::ExecutionService;
use crate::function_host::FunctionHost;
use crate::ministack::MiniStackClient;
use crate::status::Status;

/// What the handlers share.
#[derive(Clone)]
pub(crate) struct Router {
    pub(crate) ministack: MiniStackClient,
    pub(crate) functions: FunctionHost,
    pub(crate) executions: ExecutionService,
    /// The status without its counts.
    pub(crate) status: Arc<Status>,
    /// Told when the daemon should stop.
    pub(crate) stop: Arc<Notify>,
    pub(crate) call_faults: CallFaults,
    pub(crate) start_limit: StartLimit,
    /// Asks whether a function's role may; nothing where roles are not enforced.
    pub(crate) access: Option<Access>,
}
