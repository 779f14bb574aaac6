//! Brings one stack to the wanted state, whatever state it is in.

use std::time::Duration;

use serde_json::Value;

use super::change_set;
use super::heal::{Tried, clear, continue_rollback, roll_back};
use super::request::{Applied, Request};
use super::start::{Started, create, update};
use super::watch::Watch;
use crate::aws::{Clients, Pace};
use crate::config::Changes;
use crate::consent::Consent;
use crate::deploy::diagnose::diagnose;
use crate::error::{Error, Kind, Result};
use crate::event::{Event, Reporter};
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
        let over = over(clients, request, &live).await?;
        Ok(over
            .is_current
            .then(|| Applied::new(request, "unchanged", &live)))
    }))
    .await
}

/// Brings the stack to the wanted state.
///
/// # Errors
///
/// The first real cause that CloudFormation gives, and a refusal of what needs consent.
pub async fn deploy(
    clients: &Clients,
    request: &Request,
    consent: &dyn Consent,
    reporter: &dyn Reporter,
) -> Result<Applied> {
    let mut tried = Tried::default();
    let pace = Pace::of(clients.endpoint.as_deref(), Duration::MAX).staggered(&request.stack);
    for _ in 0..ROUNDS {
        let live = describe(clients, &request.stack).await?;
        let standing = standing(live.as_ref().map(|live| &live.status));
        let started = match (standing, &live) {
            (Standing::Ready, Some(live)) => {
                protect(clients, request, live, reporter).await?;
                let over = over(clients, request, live).await?;
                if over.is_current {
                    return Ok(Applied::new(request, "unchanged", live));
                }
                start(clients, &over.request, Some(live), consent, reporter).await?
            }
            (Standing::HalfUpdated, Some(live)) if tried.rollback => {
                let over = over(clients, request, live).await?;
                update(clients, &over.request, live).await?
            }
            (Standing::Absent, _) | (_, None) => {
                start(clients, &request.over(None), None, consent, reporter).await?
            }
            (Standing::Reviewed, Some(live)) => {
                let request = request.over(None);
                change_set::apply(clients, &request, Some(live), consent, reporter).await?
            }
            (_, Some(live)) => {
                heal(clients, request, live, &mut tried, consent, reporter).await?;
                continue;
            }
        };
        let known = live.filter(|_| standing != Standing::Reviewed);
        match (started, known) {
            (Started::Operation(watch), known) => {
                let action = if known.is_some() {
                    "updated"
                } else {
                    "created"
                };
                return settle(clients, watch, request, action, reporter).await;
            }
            (Started::Nothing, Some(live)) => {
                return Ok(Applied::new(request, "unchanged", &live));
            }
            // What came first needs a moment to show itself.
            (Started::Nothing, None) | (Started::Collision, _) => {
                tokio::time::sleep(pace.interval).await;
            }
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

async fn start<'a>(
    clients: &'a Clients,
    request: &Request,
    live: Option<&LiveStack>,
    consent: &dyn Consent,
    reporter: &dyn Reporter,
) -> Result<Started<'a>> {
    match (request.deployment.changes, live) {
        (Changes::ChangeSet, live) => {
            change_set::apply(clients, request, live, consent, reporter).await
        }
        (Changes::Direct, Some(live)) => update(clients, request, live).await,
        (Changes::Direct, None) => create(clients, request).await,
    }
}

/// Leads the stack out of a state in which it can be neither created nor updated, by one step.
async fn heal(
    clients: &Clients,
    request: &Request,
    live: &LiveStack,
    tried: &mut Tried,
    consent: &dyn Consent,
    reporter: &dyn Reporter,
) -> Result<()> {
    match standing(Some(&live.status)) {
        Standing::NeverCompleted | Standing::HalfDeleted => {
            clear(clients, live, consent, reporter).await
        }
        Standing::HalfUpdated => roll_back(clients, live, tried, reporter).await,
        Standing::HalfRolledBack => {
            continue_rollback(clients, request, live, tried, consent, reporter).await
        }
        Standing::Busy | Standing::Absent | Standing::Ready | Standing::Reviewed => {
            reporter.report(&Event::Note {
                text: format!(
                    "the stack `{}` is in {}: watching it to its end first",
                    live.name, live.status
                ),
            });
            let mut watch = Watch::from_attempt(clients, &live.id).await?;
            watch.follow(reporter).await.map(|_| ())
        }
    }
}

/// A request over the live stack.
struct Over {
    /// The request, with its origin noted.
    request: Request,
    /// Whether the live stack is already as it asks for.
    is_current: bool,
}

async fn over(clients: &Clients, request: &Request, live: &LiveStack) -> Result<Over> {
    let text = deployed_text(clients, &request.stack).await?;
    // A template that is no JSON is not ours, and all of it changes.
    let template: Option<Value> = serde_json::from_str(&text).ok();
    let request = request.over(template.as_ref().map(|template| Deployed {
        template,
        tags: &live.tags,
    }));
    Ok(Over {
        is_current: live.tags == request.tags && text == request.template.text(),
        request,
    })
}

async fn protect(
    clients: &Clients,
    request: &Request,
    live: &LiveStack,
    reporter: &dyn Reporter,
) -> Result<()> {
    if live.protected == request.protect {
        return Ok(());
    }
    set_protection(clients, &request.stack, request.protect).await?;
    let state = if request.protect { "on" } else { "off" };
    reporter.report(&Event::Note {
        text: format!(
            "termination protection of `{}` is now {state}",
            request.stack
        ),
    });
    Ok(())
}

async fn settle(
    clients: &Clients,
    mut watch: Watch<'_>,
    request: &Request,
    action: &'static str,
    reporter: &dyn Reporter,
) -> Result<Applied> {
    let live = watch.follow(reporter).await?;
    if let Some(live) = &live
        && ["CREATE_COMPLETE", "UPDATE_COMPLETE"].contains(&live.status.as_str())
    {
        for left in watch.left_behind() {
            reporter.report(&Event::Warning {
                text: format!("left behind, outside of any stack: {left}"),
            });
        }
        // A stack that a change set creates begins without protection.
        protect(clients, request, live, reporter).await?;
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
