//! Brings one stack to the wanted state, whatever state it is in.

use std::time::Duration;

use serde_json::Value;

use super::applier::Applier;
use super::change_set;
use super::heal::{Tried, clear, continue_rollback, roll_back};
use super::request::{Applied, Request};
use super::start::{Started, create, update};
use super::watch::Watch;
use crate::aws::{Clients, Pace};
use crate::config::Changes;
use crate::deploy::diagnose::diagnose;
use crate::error::{Error, Kind, Result};
use crate::stack::{
    Deployed, LiveStack, Standing, deployed_text, describe, set_protection, standing,
};

/// Each way out of a bad state leads to a better one, so a few rounds are enough.
const ROUNDS: usize = 12;

/// Returns, for each request, the stack where it is already as it is to be; two calls a stack.
///
/// Such a stack needs no verification: what CloudFormation calls complete was verified by the `up`
/// that made it so, and a `destroy` that did not come to its end left the protection of the stack
/// turned over, which is seen here.
pub async fn current(clients: &Clients, requests: &[Request]) -> Result<Vec<Option<Applied>>> {
    futures::future::try_join_all(requests.iter().map(|request| async {
        let Some(live) = describe(clients, &request.stack).await? else {
            return Ok(None);
        };
        let whole =
            standing(Some(&live.status)) == Standing::Ready && live.protected == request.protect;
        if !whole {
            return Ok(None);
        }
        let compared = compare(clients, request, &live).await?;
        Ok(compared
            .is_current
            .then(|| Applied::standing(request, &live)))
    }))
    .await
}

/// Brings the stack to the wanted state.
///
/// # Errors
///
/// The first real cause that CloudFormation gives, and a refusal of what needs consent.
#[expect(
    clippy::disallowed_methods,
    reason = "a stack that was just made needs a moment to show itself; the rounds are counted"
)]
pub async fn bring_up(applier: &Applier<'_>, request: &Request) -> Result<Applied> {
    let mut tried = Tried::default();
    // Guards against deletion come once there is something to guard: a creation that fails deletes
    // what it made.
    let unguarded = request.unguarded();
    let first = unguarded.as_ref().unwrap_or(request);
    let mut was_made = false;
    let clients = applier.clients;
    let pace = Pace::of(clients.endpoint.as_deref(), Duration::MAX).staggered(&request.stack);
    for _ in 0..ROUNDS {
        let live = describe(clients, &request.stack).await?;
        let at_rest = if was_made { "created" } else { "unchanged" };
        let begun = begin(applier, request, first, live.as_ref(), &mut tried).await?;
        let known = live.filter(|live| standing(Some(&live.status)) != Standing::Reviewed);
        match (begun, known) {
            (Begun::Healing, _) => {}
            (Begun::Operation(Started::Operation(watch)), known) => {
                let is_new = known.is_none();
                let made = is_new || was_made;
                let action = if made { "created" } else { "updated" };
                let outcome = follow_to_its_end(applier, watch, request, action).await?;
                if !is_new || unguarded.is_none() {
                    return Ok(outcome);
                }
                was_made = true;
            }
            (Begun::Nothing | Begun::Operation(Started::Nothing), Some(live)) => {
                return Ok(Applied::new(request, at_rest, &live));
            }
            // What came first needs a moment to show itself.
            (Begun::Nothing | Begun::Operation(_), _) => tokio::time::sleep(pace.interval).await,
        }
    }
    Err(Error::new(
        Kind::Deployment,
        format!(
            "the stack `{}` does not come to a state that can be updated",
            request.stack
        ),
    )
    .hint("look at its events in the CloudFormation console"))
}

/// What was begun in one round.
enum Begun<'a> {
    /// Nothing: the stack is as it is to be.
    Nothing,
    /// A way out of a state in which it can be neither created nor updated, by one step.
    Healing,
    /// What leads to the wanted state.
    Operation(Started<'a>),
}

/// Begins what the state of the stack allows; `first` is what a stack is created as.
async fn begin<'a>(
    applier: &Applier<'a>,
    request: &Request,
    first: &Request,
    live: Option<&LiveStack>,
    tried: &mut Tried,
) -> Result<Begun<'a>> {
    let clients = applier.clients;
    let started = match (standing(live.map(|live| &live.status)), live) {
        (Standing::Ready, Some(live)) => {
            protect(applier, request, live).await?;
            let compared = compare(clients, request, live).await?;
            if compared.is_current {
                return Ok(Begun::Nothing);
            }
            start(applier, &compared.request, Some(live)).await?
        }
        (Standing::HalfUpdated, Some(live)) if tried.rollback => {
            let compared = compare(clients, request, live).await?;
            update(clients, &compared.request, live).await?
        }
        (Standing::Absent, _) | (_, None) => {
            start(applier, &first.with_origin_noted(None), None).await?
        }
        (Standing::Reviewed, Some(live)) => {
            let first = first.with_origin_noted(None);
            change_set::apply(applier, &first, Some(live)).await?
        }
        (_, Some(live)) => {
            heal(applier, request, live, tried).await?;
            return Ok(Begun::Healing);
        }
    };
    Ok(Begun::Operation(started))
}

async fn start<'a>(
    applier: &Applier<'a>,
    request: &Request,
    live: Option<&LiveStack>,
) -> Result<Started<'a>> {
    match (request.deployment.changes, live) {
        (Changes::ChangeSet, live) => change_set::apply(applier, request, live).await,
        (Changes::Direct, Some(live)) => update(applier.clients, request, live).await,
        (Changes::Direct, None) => create(applier.clients, request).await,
    }
}

/// Leads the stack out of a state in which it can be neither created nor updated, by one step.
async fn heal(
    applier: &Applier<'_>,
    request: &Request,
    live: &LiveStack,
    tried: &mut Tried,
) -> Result<()> {
    match standing(Some(&live.status)) {
        Standing::NeverCompleted | Standing::HalfDeleted => clear(applier, live).await,
        Standing::HalfUpdated => roll_back(applier, live, tried).await,
        Standing::HalfRolledBack => continue_rollback(applier, request, live, tried).await,
        Standing::Busy | Standing::Absent | Standing::Ready | Standing::Reviewed => {
            applier.note(format!(
                "the stack `{}` is in {}: watching it to its end first",
                live.name, live.status
            ));
            let mut watch = Watch::from_attempt(applier.clients, &live.id).await?;
            watch.follow(applier.reporter).await.map(|_| ())
        }
    }
}

/// A request, compared with the live stack.
struct Compared {
    /// The request, with its origin noted.
    request: Request,
    /// Whether the live stack is already as it asks for.
    is_current: bool,
}

async fn compare(clients: &Clients, request: &Request, live: &LiveStack) -> Result<Compared> {
    let text = deployed_text(clients, &request.stack).await?;
    // A template that is no JSON is not ours, and all of it changes.
    let template: Option<Value> = serde_json::from_str(&text).ok();
    let request = request.with_origin_noted(template.as_ref().map(|template| Deployed {
        template,
        tags: &live.tags,
    }));
    Ok(Compared {
        is_current: live.tags == request.tags && text == request.template.text(),
        request,
    })
}

async fn protect(applier: &Applier<'_>, request: &Request, live: &LiveStack) -> Result<()> {
    if live.protected == request.protect {
        return Ok(());
    }
    set_protection(applier.clients, &request.stack, request.protect).await?;
    let state = if request.protect { "on" } else { "off" };
    let stack = &request.stack;
    applier.note(format!(
        "termination protection of `{stack}` is now {state}"
    ));
    Ok(())
}

async fn follow_to_its_end(
    applier: &Applier<'_>,
    mut watch: Watch<'_>,
    request: &Request,
    action: &'static str,
) -> Result<Applied> {
    let live = watch.follow(applier.reporter).await?;
    if let Some(live) = &live
        && ["CREATE_COMPLETE", "UPDATE_COMPLETE"].contains(&live.status.as_str())
    {
        for left in watch.left_behind() {
            applier.warn(format!("left behind, outside of any stack: {left}"));
        }
        // A stack that a change set is_new begins without protection.
        protect(applier, request, live).await?;
        return Ok(Applied::new(request, action, live));
    }
    let status = live.as_ref().map_or("gone", |live| live.status.as_str());
    let error = Error::new(
        Kind::Deployment,
        format!(
            "the stack `{}` was not {action}: it is {status}",
            request.stack
        ),
    );
    let reason = live.as_ref().and_then(|live| live.reason.as_deref());
    let failures = watch.failures().await;
    Err(diagnose(&failures, &request.template, reason).explain(
        error,
        "mend the cause and run `deployer up` again: it goes on from here",
    ))
}
