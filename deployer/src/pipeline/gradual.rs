//! New executions reach a new version by shares, and go back where it fails; killed, the next `up` goes on.

use tokio::sync::Mutex;

use super::session::Session;
use super::watched::{Against, Alarms, Failures, forgive, unwatched};
use crate::aws::{Clients, Pace, alias, until};
use crate::config::{Traffic, WatchedToo};
use crate::deploy::apply::{Applied, Request, bring_up};
use crate::deploy::rollback::on_version;
use crate::deploy::traffic;
use crate::error::{Error, Kind, Result};
use crate::event::Event;
use crate::stack::{Standing, deployed_template, describe, standing};

/// A version that comes in the place of another.
struct Shift {
    function: String,
    alias: String,
    from: String,
    /// The share that it had at last, in percent.
    percent: u32,
    /// The alarms that were on before it began to come, where that was noted.
    on_before: Option<Vec<String>>,
}

/// Brings a stack to the wanted state, by shares where the stage asks for that and the orchestrator has a new version.
///
/// # Errors
///
/// As [`bring_up`]; a new version that fails, or an alarm that goes off: it takes no new work by then.
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
    let mut alarms = match wanted.watch {
        Some(WatchedToo::Alarms) => {
            Some(Alarms::of(clients, &request.stack, shift.on_before.clone()).await?)
        }
        None => None,
    };
    // What was killed may not have looked at the share that it had come to.
    let mut percent = shift.percent.saturating_sub(step);
    loop {
        percent += step;
        let on_before = alarms.as_ref().map(Alarms::on_before);
        let body = traffic::shared(request.template.body(), &shift.from, percent, on_before);
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
        if let Some(alarms) = &mut alarms {
            // A step may bring alarms, and take some away.
            alarms.find().await?;
        }
        let mut failures = Failures::of(clients, &shift.function, &to, &shift.from);
        let watched = alarms.as_mut();
        let against = watch(clients, &request.workflow, &mut failures, watched, wanted).await?;
        if let Some(against) = against {
            return Err(back(session, clients, request, &shift, &to, &against).await?);
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
    let shift = |from: &str, percent, on_before| Shift {
        function: function.to_owned(),
        alias: alias_name.to_owned(),
        from: from.to_owned(),
        percent,
        on_before,
    };
    if let Some(known) = traffic::Traffic::of(&deployed) {
        let percent = if known.to == target { known.percent } else { 0 };
        return Ok(Some(shift(&known.from, percent, known.on_before)));
    }
    if traffic::target(&deployed) == Some(target) {
        return Ok(None);
    }
    let standing = alias(&clients.lambda, function, alias_name).await?;
    Ok(standing.function_version().map(|from| shift(from, 0, None)))
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

/// Watches a new version for a step; returns what speaks against it.
///
/// A service that is busy is asked again. Only what the last look saw well lets the version come further.
async fn watch(
    clients: &Clients,
    workflow: &str,
    failures: &mut Failures<'_>,
    alarms: Option<&mut Alarms<'_>>,
    wanted: Traffic,
) -> Result<Option<Against>> {
    let pace = Pace::of_lists(clients.endpoint.as_deref(), wanted.every.duration());
    let watched = Mutex::new((failures, alarms));
    let look = || async {
        let (failures, alarms) = &mut *watched.lock().await;
        if let Some(hit) = failures.look().await? {
            return Ok(Some(Against::Failures(hit)));
        }
        match alarms {
            Some(alarms) => alarms.look().await,
            None => Ok(None),
        }
    };
    let found = until(pace, || async { forgive(look().await, workflow) }).await?;
    if found.is_some() {
        return Ok(found);
    }
    look().await.map_err(|error| unwatched(error, workflow))
}

/// Lets all new executions start on the version before, and returns what is said of it.
async fn back(
    session: &Session<'_>,
    clients: &Clients,
    request: &Request,
    shift: &Shift,
    to: &str,
    against: &Against,
) -> Result<Error> {
    let template = on_version(
        &deployed_template(clients, &request.stack).await?,
        &shift.from,
    )?;
    bring_up(&session.applier(clients), &request.with_template(template)).await?;
    let workflow = &request.workflow;
    let what = format!(
        "{}; new executions start on version {} again",
        against.told(workflow, to),
        shift.from
    );
    session
        .reporter
        .report(&Event::Warning { text: what.clone() });
    let error = Error::new(Kind::Verification, what);
    let why = match against {
        Against::Failures(_) => "`deployer executions show NAME` says why; ",
        Against::Alarm { .. } => "",
    };
    Ok(error.detail(against.evidence()).hint(format!(
        "{why}the next `up` asks before it brings the same code back. \
         What version {to} has begun goes on there: `deployer executions list --workflow {workflow} --version {to}`"
    )))
}
