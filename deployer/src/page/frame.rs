//! What is around every page, and what stands there when something failed.

use axum::http::StatusCode;
use axum::response::Response;
use durable_history::Timestamp;
use maud::{DOCTYPE, Markup, html};

use super::answer;
use super::site::Site;
use super::watches::Seen;
use crate::error::{Error, Kind, Result};

/// A page of its own, with its address and name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Overview,
    Executions,
    Callbacks,
    Letters,
    Trace,
    /// On the local target only: elsewhere people have it.
    Inbox,
    /// None of those that are named at the top.
    Elsewhere,
}

const PLACES: [(Place, &str, &str); 6] = [
    (Place::Overview, "/", "Overview"),
    (Place::Executions, "/executions", "Executions"),
    (Place::Callbacks, "/callbacks", "Callbacks"),
    (Place::Letters, "/letters", "Dead letters"),
    (Place::Trace, "/trace", "Trace"),
    (Place::Inbox, "/inbox", "Inbox"),
];

/// Returns a page, or what stands there instead.
pub(super) fn answer(site: &Site, place: Place, title: &str, made: Result<Markup>) -> Response {
    match made {
        Ok(body) => answer::page(StatusCode::OK, whole(site, place, title, &body)),
        Err(error) => {
            let status = status(error.kind());
            answer::page(
                status,
                whole(site, place, "It did not work", &failure(&error)),
            )
        }
    }
}

/// Returns what stands where there is no page.
pub(super) fn nowhere(site: &Site) -> Response {
    let body = html! { h1 { "There is no such page" } p { a href="/" { "Overview" } } };
    let page = whole(site, Place::Elsewhere, "No such page", &body);
    answer::page(StatusCode::NOT_FOUND, page)
}

fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Usage => StatusCode::BAD_REQUEST,
        Kind::WrongState | Kind::ConfirmationNeeded | Kind::Aborted => StatusCode::CONFLICT,
        Kind::Permission => StatusCode::FORBIDDEN,
        Kind::Service => StatusCode::BAD_GATEWAY,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Returns an error with its evidence, its causes and the way out.
pub(super) fn failure(error: &Error) -> Markup {
    html! {
        h1 { "It did not work" }
        div.notice.bad role="alert" {
            p { (error) }
            @for detail in error.details() { p { (detail) } }
            @for cause in error.causes() { p.cause { "Caused by: " (cause) } }
            @if let Some(hint) = error.way_out() { p { strong { "Hint: " } (hint) } }
        }
    }
}

/// Returns a part of a page that is live: as it was seen now, and where to hear of what comes.
pub(super) fn live(path: &str, seen: &Seen) -> Markup {
    html! {
        div #live data-live=(path) data-seen=(seen.id) { (maud::PreEscaped(&*seen.html)) }
        noscript { p.quiet { "This does not change by itself: reload the page to see what is new." } }
    }
}

/// Returns a time to the second, with the whole of it beside. How long ago it is would change by itself, and with it
/// what somebody is about to select.
pub(super) fn time(at: Timestamp) -> Markup {
    let second = at.to_rfc3339_seconds().replace('T', " ");
    html! { time datetime=(at.to_rfc3339()) title=(at.to_rfc3339()) { (second.trim_end_matches('Z')) } }
}

/// Returns a status in words, with the color of it.
pub(super) fn status_of(status: &str) -> Markup {
    html! { span.status data-status=(status) { (status.to_lowercase().replace('_', " ")) } }
}

fn is_there(site: &Site, place: Place) -> bool {
    place != Place::Inbox || site.app.uses_local_target()
}

fn whole(site: &Site, place: Place, title: &str, body: &Markup) -> Markup {
    let stage = &site.app.stage_name;
    let where_it_is = if site.clients.is_near() {
        "this machine"
    } else {
        site.clients.region.as_str()
    };
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · " (stage) " · deployer" }
                link rel="stylesheet" href="/assets/timeline.css";
                link rel="stylesheet" href="/assets/page.css";
                script src="/assets/live.js" defer {}
            }
            body {
                a.skip href="#main" { "To the content" }
                header.top {
                    nav aria-label="Pages" {
                        @for (each, path, name) in PLACES.into_iter().filter(|(each, ..)| is_there(site, *each)) {
                            a href=(path) aria-current=[(each == place).then_some("page")] { (name) }
                        }
                    }
                    p.stage {
                        "Stage " strong { (stage) } ", " (where_it_is)
                        @if !site.may_change { ", " span.tag { "only shown" } }
                        " " span #told role="status" {}
                    }
                }
                main #main { (body) }
            }
        }
    }
}
