//! Which executions, on the command line.

use clap::Args;

use crate::cli::moment::Moment;
use crate::operate::executions::{Filter, Order};

/// Which executions
#[derive(Debug, Clone, Args)]
pub(super) struct FilterArguments {
    /// Only those of this workflow; may be given several times
    #[arg(long, value_name = "WORKFLOW")]
    pub(super) workflow: Vec<String>,
    /// Only those of this status, such as running or timed-out; may be given several times
    #[arg(long, value_name = "STATUS", value_parser = Filter::status)]
    pub(super) status: Vec<String>,
    /// Only those that started since: how long ago (`2h`), or a time in UTC (`2026-11-27T08:00:00Z`)
    #[arg(long, value_name = "TIME")]
    pub(super) since: Option<Moment>,
    /// Only those that started before
    #[arg(long, value_name = "TIME")]
    pub(super) until: Option<Moment>,
    /// Only those whose name begins so
    #[arg(long, value_name = "PREFIX")]
    pub(super) name: Option<String>,
    /// Only those of this version of the orchestrator
    #[arg(long, value_name = "VERSION")]
    pub(super) version: Option<String>,
    /// Only those that wait for this operation now, or inside of it; reads the history of each that runs
    #[arg(long, value_name = "OPERATION")]
    pub(super) waiting_for: Option<String>,
    /// At most so many
    #[arg(long, value_name = "NUMBER")]
    pub(super) limit: Option<usize>,
}

impl FilterArguments {
    /// Returns whether anything narrows the executions, beside their workflow and number.
    pub(super) fn narrows(&self) -> bool {
        let Self {
            workflow: _,
            status,
            since,
            until,
            name,
            version,
            waiting_for,
            limit: _,
        } = self;
        !status.is_empty()
            || since.is_some()
            || until.is_some()
            || [name, version, waiting_for]
                .iter()
                .any(|given| given.is_some())
    }

    /// Returns what is asked of the service.
    pub(super) fn filter(&self, order: Order) -> Filter {
        Filter {
            statuses: self.status.clone(),
            since: self.since.map(|moment| moment.0),
            until: self.until.map(|moment| moment.0),
            name: self.name.clone(),
            version: self.version.clone(),
            waiting_for: self.waiting_for.clone(),
            limit: self.limit,
            order,
        }
    }
}
