//! A job: how far it is, and what came of it.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use super::answer::elsewhere;
use super::ask::form;
use super::fields::Fields;
use super::frame::{Place, answer, live};
use super::jobs::{Job, Standing};
use super::site::Site;
use super::watches::{Seen, Teller};
use crate::error::{Error, Kind, Result};

/// How often a job is looked at, which asks nobody.
const PAUSE: Duration = Duration::from_millis(300);

pub(super) async fn page(State(site): State<Arc<Site>>, fields: Fields) -> Response {
    let made = find(&site, &fields).map(|(number, job)| {
        let seen = seen(&site, number, &job);
        let path = link(number, "/live/job");
        html! { h1 { (job.what) } @if seen.is_last { (maud::PreEscaped(&*seen.html)) } @else { (live(&path, &seen)) } }
    });
    answer(&site, Place::Letters, "Work", made)
}

pub(super) async fn stop(State(site): State<Arc<Site>>, form: Fields) -> Response {
    match find(&site, &form) {
        Ok((number, job)) => {
            job.stop.request();
            elsewhere(&link(number, "/job"))
        }
        Err(error) => answer(&site, Place::Letters, "Work", Err(error)),
    }
}

/// Watches a job until it is over, or nobody listens.
pub(super) async fn watch(site: Arc<Site>, fields: Fields, teller: Teller) {
    loop {
        let found = find(&site, &fields).map(|(number, job)| seen(&site, number, &job));
        if !teller.tell(found, PAUSE).await {
            return;
        }
    }
}

/// Returns where a job is.
pub(super) fn link(number: usize, path: &str) -> String {
    Fields::default()
        .with("number", number.to_string())
        .link(path)
}

fn find(site: &Site, fields: &Fields) -> Result<(usize, Job)> {
    let number = fields.number("number").unwrap_or_default();
    let job = site.jobs.get(number);
    let job = job.ok_or_else(|| Error::new(Kind::WrongState, "there is no such work"))?;
    Ok((number, job))
}

fn seen(site: &Site, number: usize, job: &Job) -> Seen {
    let standing = job.standing.borrow().clone();
    match standing {
        Standing::Working(how_far) => {
            let hidden = Fields::default().with("number", number.to_string());
            let stop = form(site, "/job/stop", &hidden, &html! {}, "Stop here");
            Seen::now(html! { p { "Goes on: " (how_far) } (stop) }.into_string())
        }
        Standing::Over { lines, wrong } => Seen::last(over(&lines, &wrong).into_string()),
    }
}

fn over(lines: &[String], wrong: &[String]) -> Markup {
    html! {
        @if !lines.is_empty() { div.notice { @for line in lines { p { (line) } } } }
        @if !wrong.is_empty() {
            div.notice.bad {
                @for line in wrong { p { (line) } }
                p { strong { "Hint: " } "what is left is still in the queue; do the same again." }
            }
        }
        p { a href="/letters" { "Dead letters" } }
    }
}
