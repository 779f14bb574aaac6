//! How fast each API of durable executions may be asked, by everything that this process does.

use super::limiter::Limiter;

/// One limiter for each API that has a quota of its own.
///
/// The rates are two thirds of the documented default quotas of an account in a region, so that a third is
/// left to others: 15 listings and as many histories a second, 30 descriptions, 300 starts and stops, 3,000
/// answers to callbacks (AWS Lambda quotas, durable functions). Pausing, resuming and deleting have no
/// documented quota; they are asked as seldom as the slowest of those that have one.
#[derive(Debug)]
pub struct Rates {
    /// `ListDurableExecutionsByFunction`.
    pub listings: Limiter,
    /// `GetDurableExecutionHistory`.
    pub histories: Limiter,
    /// `GetDurableExecution`.
    pub descriptions: Limiter,
    /// `Invoke` of a durable function.
    pub starts: Limiter,
    /// `StopDurableExecution`.
    pub stops: Limiter,
    /// `PauseDurableExecution`, `ResumeDurableExecution` and `DeleteDurableExecution`.
    pub changes: Limiter,
    /// `SendDurableExecutionCallbackSuccess`, `…Failure` and `…Heartbeat`.
    pub callbacks: Limiter,
}

impl Rates {
    /// Returns the rates for AWS.
    pub(super) fn of_aws() -> Self {
        Self {
            listings: Limiter::per_second(10),
            histories: Limiter::per_second(10),
            descriptions: Limiter::per_second(20),
            starts: Limiter::per_second(200),
            stops: Limiter::per_second(200),
            changes: Limiter::per_second(10),
            callbacks: Limiter::per_second(2_000),
        }
    }

    /// Returns rates that hold nobody up, for services on this machine.
    pub(crate) fn unlimited() -> Self {
        Self {
            listings: Limiter::unlimited(),
            histories: Limiter::unlimited(),
            descriptions: Limiter::unlimited(),
            starts: Limiter::unlimited(),
            stops: Limiter::unlimited(),
            changes: Limiter::unlimited(),
            callbacks: Limiter::unlimited(),
        }
    }
}
