//! What speaks against a new version while it comes: its own failures, and the alarms of its stack where the stage
//! has them watched.
//!
//! The alarms are asked for and not given to CloudFormation as the rollback triggers of each step. Those are five at
//! most, hold for an operation and the minutes after it, are not known to hold in the mode `express`, and lead back to
//! the step before, at which new executions still start on the version that fails.

use std::collections::BTreeMap;

use aws_smithy_types::DateTime;

use crate::aws::{Alarm, Clients, Executions, alarms_on};
use crate::count::{counted, named};
use crate::error::{Error, Kind, Result};
use crate::resources::ALARM;
use crate::stack::resources;

/// The statuses of executions that speak against a version.
const FAILED: [&str; 2] = ["FAILED", "TIMED_OUT"];

/// What takes a new version back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Against {
    /// It fails more often than the version before.
    Failures(Hit),
    /// An alarm of the stack went off.
    Alarm {
        /// Its logical id.
        id: String,
        /// The alarm itself.
        alarm: Alarm,
    },
}

impl Against {
    /// Returns what is said of it.
    pub(super) fn told(&self, workflow: &str, version: &str) -> String {
        match self {
            Self::Failures(hit) => format!(
                "version {version} of `{workflow}` failed {} of {}",
                hit.failed.len(),
                counted(hit.started, "execution")
            ),
            Self::Alarm { id, .. } => {
                format!("the alarm {id} of `{workflow}` went off while version {version} came")
            }
        }
    }

    /// Returns what shows it.
    pub(super) fn evidence(&self) -> String {
        match self {
            Self::Failures(hit) => format!("failed: {}", named(&hit.failed)),
            Self::Alarm { alarm, .. } => format!("{}: {}", alarm.name, alarm.reason),
        }
    }
}

/// How many executions of a version there were, and which of them failed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) started: usize,
    pub(super) failed: Vec<String>,
}

impl Hit {
    /// Returns whether a version fails more often than another. One failure alone may be a message's own fault.
    fn is_worse_than(&self, other: &Self) -> bool {
        !self.failed.is_empty()
            && self.failed.len() * other.started.max(1) > other.failed.len() * self.started.max(1)
    }
}

/// The executions of a new version beside those of the version before, counted from the new one's first on.
///
/// What was counted is not listed again: the lists of an account are fifteen a second for all that asks.
pub(super) struct Failures<'a> {
    clients: &'a Clients,
    function: &'a str,
    versions: [&'a str; 2],
    counts: Option<[Count<'a>; 2]>,
    /// How many executions of the new version had failed at the last comparison.
    compared: usize,
}

/// The executions of a version that started since a time.
struct Count<'a> {
    list: Executions<'a>,
    started: usize,
}

impl<'a> Failures<'a> {
    /// Watches `new`, which comes in the place of `old`.
    pub(super) fn of(clients: &'a Clients, function: &'a str, new: &'a str, old: &'a str) -> Self {
        Self {
            clients,
            function,
            versions: [new, old],
            counts: None,
            compared: 0,
        }
    }

    /// Returns which executions the new version failed, where those are more than the version before fails. One call
    /// as long as no further one has failed.
    pub(super) async fn look(&mut self) -> Result<Option<Hit>> {
        let [new, old] = self.versions;
        let all = Executions::of(self.clients, self.function).of_version(new);
        let failed = names(all).await?;
        if failed.len() <= self.compared {
            return Ok(None);
        }
        let Some(since) = self.since().await? else {
            return Ok(None);
        };
        let (clients, function) = (self.clients, self.function);
        let of = |version: &'a str| {
            let all = Executions::of(clients, function).of_version(version);
            all.started_after(since)
        };
        let [new_count, old_count] = self.counts.get_or_insert_with(|| {
            [new, old].map(|version| Count {
                list: of(version).oldest_first(),
                started: 0,
            })
        });
        self.compared = failed.len();
        let started = new_count.started().await?;
        let new = Hit { started, failed };
        let started = old_count.started().await?;
        let failed = names(of(old)).await?;
        let old = Hit { started, failed };
        Ok(new.is_worse_than(&old).then_some(new))
    }

    /// Returns the time right before the first execution of the new version.
    async fn since(&self) -> Result<Option<DateTime>> {
        let first = Executions::of(self.clients, self.function).of_version(self.versions[0]);
        let first = first.oldest_first().in_pages_of(1).next().await?;
        Ok(first.and_then(|page| {
            let start = page.first()?.start_timestamp().to_millis().ok()?;
            // The borders of a range are not part of it.
            Some(DateTime::from_millis(start - 1))
        }))
    }
}

impl Count<'_> {
    /// Returns how many have started by now.
    async fn started(&mut self) -> Result<usize> {
        self.started += self.list.rest().await?.len();
        self.list.go_on();
        Ok(self.started)
    }
}

/// Returns the names of those that failed.
async fn names(executions: Executions<'_>) -> Result<Vec<String>> {
    let failed = executions.of_statuses(&FAILED.map(str::to_owned)).all();
    let failed = failed.await?.into_iter();
    Ok(failed.map(|failed| failed.durable_execution_name).collect())
}

/// The alarms of a stack, with those that were on before a new version came.
pub(super) struct Alarms<'a> {
    clients: &'a Clients,
    stack: &'a str,
    /// The logical ids, by name.
    ids: BTreeMap<String, String>,
    on_before: Vec<String>,
}

impl<'a> Alarms<'a> {
    /// Reads which alarms are on; `on_before` are those that were when the version began to come, where that is known.
    ///
    /// # Errors
    ///
    /// They cannot be read, so nothing could be watched.
    pub(super) async fn of(
        clients: &'a Clients,
        stack: &'a str,
        on_before: Option<Vec<String>>,
    ) -> Result<Self> {
        let mut alarms = Self {
            clients,
            stack,
            ids: BTreeMap::new(),
            on_before: Vec::new(),
        };
        alarms.find().await?;
        let on = alarms.on().await.map_err(|error| match error.kind() {
            Kind::Permission => error.hint(
                "no version comes by shares unwatched, so nothing was changed: allow `cloudwatch:DescribeAlarms` \
                 (`deployer policy` has it), or take `watch: alarms` out of the stage's `deployment.traffic`",
            ),
            _ => error,
        })?;
        alarms.on_before = on_before.unwrap_or_else(|| on.into_iter().map(|on| on.name).collect());
        Ok(alarms)
    }

    /// Returns the alarms that were on before, of which nothing is made.
    pub(super) fn on_before(&self) -> &[String] {
        &self.on_before
    }

    /// Finds the alarms that the stack has now.
    pub(super) async fn find(&mut self) -> Result<()> {
        let all = resources(self.clients, self.stack).await?.into_iter();
        let alarms = all.filter(|resource| resource.kind == ALARM && resource.exists());
        self.ids = alarms
            .filter_map(|alarm| Some((alarm.physical_id?, alarm.logical_id)))
            .collect();
        Ok(())
    }

    /// Returns an alarm that has gone off since the new version began to come.
    pub(super) async fn look(&mut self) -> Result<Option<Against>> {
        let on = self.on().await?;
        // One that was on and is quiet now speaks against the version when it goes off again.
        self.on_before
            .retain(|name| on.iter().any(|on| on.name == *name));
        let new = on.into_iter().find(|on| !self.on_before.contains(&on.name));
        Ok(new.map(|alarm| Against::Alarm {
            id: self.ids.get(&alarm.name).cloned().unwrap_or_default(),
            alarm,
        }))
    }

    async fn on(&self) -> Result<Vec<Alarm>> {
        let names: Vec<String> = self.ids.keys().cloned().collect();
        alarms_on(self.clients, &names).await
    }
}

/// Lets what is busy or out of reach be asked again, and says plainly what a refusal means.
pub(super) fn forgive<T: Default>(looked: Result<T>, workflow: &str) -> Result<T> {
    match looked {
        Err(error) if error.kind() == Kind::Service => Ok(T::default()),
        looked => looked.map_err(|error| unwatched(error, workflow)),
    }
}

/// Returns the error of a step that could not be watched.
pub(super) fn unwatched(error: Error, workflow: &str) -> Error {
    error.hint(format!(
        "the new version of `{workflow}` keeps the share that it has, unwatched: mend that and run `deployer up` \
         again, which goes on from there, or `deployer rollback {workflow}`"
    ))
}

#[cfg(test)]
mod tests;
