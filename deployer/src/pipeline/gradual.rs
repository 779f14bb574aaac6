//! New executions reach a new version by shares, and go back where it fails; killed, the next `up` goes on.

use std::time::Duration;

use aws_smithy_types::DateTime;

use super::session::Session;
use crate::aws::{Clients, Executions, Pace, alias, until};
use crate::config::Traffic;
use crate::count::{counted, named};
use crate::deploy::apply::{Applied, Request, bring_up};
use crate::deploy::rollback::on_version;
use crate::deploy::traffic;
use crate::error::{Error, Kind, Result};
use crate::event::Event;
use crate::stack::{Standing, deployed_template, describe, standing};

/// The least time between two looks at AWS: fifteen lists a second are for all that asks.
const LEAST_INTERVAL: Duration = Duration::from_secs(5);

/// The statuses of executions that speak against a version.
const FAILED: [&str; 2] = ["FAILED", "TIMED_OUT"];

/// A version that comes in the place of another.
struct Shift {
    function: String,
    alias: String,
    from: String,
    /// The share that it had at last, in percent.
    percent: u32,
}

/// Brings a stack to the wanted state, by shares where the stage asks for that and the orchestrator has a new version.
///
/// # Errors
///
/// As [`bring_up`]; a new version that fails, which takes no new work by then.
pub(super) async fn bring_up_by_shares(
    session: &Session<'_>,
    clients: &Clients,
    request: &Request,
) -> Result<Applied> {
    let applier = session.applier(clients);
    let Some(wanted) = session.app.stage.deployment.traffic else {
        return bring_up(&applier, request).await;
    };
    let Some(shift) = shift(clients, request).await? else {
        return bring_up(&applier, request).await;
    };
    let step = wanted.step.percent();
    // What was killed may not have looked at the share that it had come to.
    let mut percent = shift.percent.saturating_sub(step);
    loop {
        percent += step;
        let body = traffic::shared(request.template.body(), &shift.from, percent);
        let Some(body) = body.filter(|_| percent < 100) else {
            return bring_up(&applier, request).await;
        };
        let shared = request.with_template(request.template.with_body(body));
        bring_up(&applier, &shared).await?;
        let to = newest(clients, &shift).await?;
        applier.note(format!(
            "{percent} % of new executions of `{}` start on version {to}, the others on version {}",
            request.workflow, shift.from
        ));
        if let Some(hit) = watch(clients, &shift, &to, wanted).await? {
            return Err(back(session, clients, request, &shift, &to, &hit).await?);
        }
    }
}

/// Returns what has to be shifted; nothing where no version of before takes work, or none comes.
async fn shift(clients: &Clients, request: &Request) -> Result<Option<Shift>> {
    let Some(live) = describe(clients, &request.stack).await? else {
        return Ok(None);
    };
    let outputs = &live.outputs;
    let (Some(function), Some(alias_name), Some(target)) = (
        outputs.orchestrator(),
        outputs.orchestrator_alias_name(),
        traffic::target(request.template.body()),
    ) else {
        return Ok(None);
    };
    if standing(Some(&live.status)) != Standing::Ready {
        return Ok(None);
    }
    let deployed = deployed_template(clients, &request.stack).await?;
    let shift = |from: &str, percent| Shift {
        function: function.to_owned(),
        alias: alias_name.to_owned(),
        from: from.to_owned(),
        percent,
    };
    if let Some(known) = traffic::Traffic::of(&deployed) {
        let percent = if known.to == target { known.percent } else { 0 };
        return Ok(Some(shift(&known.from, percent)));
    }
    if traffic::target(&deployed) == Some(target) {
        return Ok(None);
    }
    let standing = alias(&clients.lambda, function, alias_name).await?;
    Ok(standing.function_version().map(|from| shift(from, 0)))
}

/// Returns the number of the version that has a share.
async fn newest(clients: &Clients, shift: &Shift) -> Result<String> {
    let alias = alias(&clients.lambda, &shift.function, &shift.alias).await?;
    let routing = alias.routing_config();
    let weights = routing.and_then(|routing| routing.additional_version_weights());
    let version = weights.and_then(|weights| weights.keys().next().cloned());
    version.ok_or_else(|| {
        Error::new(
            Kind::WrongState,
            format!("the alias of `{}` has no second version", shift.function),
        )
        .hint("somebody changed it meanwhile; run `deployer up` again")
    })
}

/// How many executions of a version there were, and which of them failed.
struct Hit {
    started: usize,
    failed: Vec<String>,
}

impl Hit {
    /// Returns whether a version fails more often than another. One failure alone may be a message's own fault.
    fn is_worse_than(&self, other: &Self) -> bool {
        !self.failed.is_empty()
            && self.failed.len() * other.started.max(1) > other.failed.len() * self.started.max(1)
    }
}

/// Watches a new version; returns which executions it failed where those are more than the version before fails.
async fn watch(clients: &Clients, shift: &Shift, to: &str, wanted: Traffic) -> Result<Option<Hit>> {
    let mut pace = Pace::of(clients.endpoint.as_deref(), wanted.every.duration());
    if !clients.is_near() {
        pace.interval = pace.interval.max(LEAST_INTERVAL);
    }
    until(pace, || async {
        if !any_failed(clients, shift, to).await? {
            return Ok(None);
        }
        let since = Executions::of(clients, &shift.function).of_version(to);
        let since = since.oldest_first().in_pages_of(1).next().await?;
        let since = since.and_then(|page| Some(*page.first()?.start_timestamp()));
        let mut both = Vec::new();
        for version in [to, &shift.from] {
            let of = || {
                let all = Executions::of(clients, &shift.function).of_version(version);
                match since {
                    Some(since) => all.started_after(before(since)),
                    None => all,
                }
            };
            let failed = of().of_statuses(&FAILED.map(str::to_owned)).all().await?;
            let names = failed
                .iter()
                .map(|failed| failed.durable_execution_name().to_owned());
            both.push(Hit {
                started: of().all().await?.len(),
                failed: names.collect(),
            });
        }
        let (old, new) = (both.pop(), both.pop());
        Ok(new.filter(|new| old.is_none_or(|old| new.is_worse_than(&old))))
    })
    .await
}

async fn any_failed(clients: &Clients, shift: &Shift, version: &str) -> Result<bool> {
    let failed = Executions::of(clients, &shift.function).of_version(version);
    failed.of_statuses(&FAILED.map(str::to_owned)).any().await
}

/// The borders of a range are not part of it.
fn before(time: DateTime) -> DateTime {
    DateTime::from_millis(time.to_millis().unwrap_or_default() - 1)
}

/// Lets all new executions start on the version before, and returns what is said of it.
async fn back(
    session: &Session<'_>,
    clients: &Clients,
    request: &Request,
    shift: &Shift,
    to: &str,
    hit: &Hit,
) -> Result<Error> {
    let template = on_version(
        &deployed_template(clients, &request.stack).await?,
        &shift.from,
    )?;
    bring_up(&session.applier(clients), &request.with_template(template)).await?;
    let workflow = &request.workflow;
    let what = format!(
        "version {to} of `{workflow}` failed {} of {}; new executions start on version {} again",
        hit.failed.len(),
        counted(hit.started, "execution"),
        shift.from
    );
    session
        .reporter
        .report(&Event::Warning { text: what.clone() });
    let error = Error::new(Kind::Verification, what);
    Ok(error.detail(format!("failed: {}", named(&hit.failed))).hint(format!(
        "`deployer executions show NAME` says why; the next `up` asks before it brings the same code back. \
         What version {to} has begun goes on there: `deployer executions list --workflow {workflow} --version {to}`"
    )))
}

#[cfg(test)]
mod tests {
    use super::Hit;

    #[test]
    fn a_version_goes_back_where_it_fails_more_often_than_the_one_before() {
        let hit = |failed: usize, started| Hit {
            started,
            failed: vec![String::new(); failed],
        };
        assert!(hit(1, 3).is_worse_than(&hit(0, 27)));
        assert!(hit(1, 3).is_worse_than(&hit(1, 27)));
        assert!(!hit(1, 3).is_worse_than(&hit(10, 27)));
        assert!(!hit(0, 3).is_worse_than(&hit(0, 27)));
        assert!(
            hit(1, 1).is_worse_than(&hit(0, 0)),
            "nothing to compare with"
        );
    }
}
