//! One execution with its timeline, live while it runs.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use durable_history::Record;
use maud::{Markup, PreEscaped, html};

use super::fields::Fields;
use super::frame::{Place, answer, live, status_of};
use super::link;
use super::site::{Pace, Site};
use super::watches::{Seen, Teller};
use crate::error::{Error, Result};
use crate::operate::executions::{ExecutionView, Follow, Listed, find, read_record};
use crate::operate::picture;

const PACE: Pace = Pace {
    near: Duration::from_millis(300),
    far: Duration::from_secs(2),
};

pub(super) async fn page(State(site): State<Arc<Site>>, fields: Fields) -> Response {
    let made = make(&site, &fields).await;
    let title = fields.one("name").unwrap_or("Execution");
    answer(&site, Place::Executions, title, made)
}

async fn make(site: &Site, fields: &Fields) -> Result<Markup> {
    let found = found(site, fields).await?;
    let record = read_record(&site.clients, &found.arn).await?;
    let seen = seen(site, &record);
    let trace = Fields::default()
        .with("subject", &found.name)
        .with("workflow", &found.workflow);
    Ok(html! {
        h1 { (found.name) }
        p.quiet {
            a href=(link::executions(&found.workflow, None)) { (found.workflow) }
            " · " a href=(trace.link("/trace")) { "Trace it through the queue and the logs" }
        }
        @if seen.is_last {
            (PreEscaped(&*seen.html))
        } @else {
            (live(&Fields::default().with("arn", &found.arn).link("/live/execution"), &seen))
        }
    })
}

/// Returns the execution that is asked for, by its ARN or its name.
///
/// # Errors
///
/// There is none, it is of another stage, or several have the name.
pub(super) async fn found(site: &Site, fields: &Fields) -> Result<Listed> {
    let wanted = fields.one("arn").or_else(|| fields.one("name"));
    let wanted = wanted.ok_or_else(|| Error::usage("it is not said which execution"))?;
    let workflows = site.deployed().await?;
    let found = find(&site.app, &site.clients, &workflows, wanted).await?;
    Ok(found.execution)
}

/// Watches an execution until it ends, or nobody listens.
pub(super) async fn watch(site: Arc<Site>, fields: Fields, teller: Teller) {
    // Also who asks for a stream is told of executions of this stage only.
    let found = loop {
        match found(&site, &fields).await {
            Ok(found) => break found,
            Err(error) => {
                if !teller.tell(Err(error), site.pause(PACE)).await {
                    return;
                }
            }
        }
    };
    let mut follow = Follow::of(&site.clients, &found.arn);
    let mut last: Option<(String, Seen)> = None;
    loop {
        let looked = follow.next().await.map(|news| {
            let status = &follow.record().execution.status;
            match &last {
                // A large one takes a while to draw.
                Some((known, seen)) if news.is_empty() && known == status => seen.clone(),
                _ => last
                    .insert((status.clone(), seen(&site, follow.record())))
                    .1
                    .clone(),
            }
        });
        if !teller.tell(looked, site.pause(PACE)).await {
            return;
        }
    }
}

fn seen(site: &Site, record: &Record) -> Seen {
    let view = ExecutionView::of(record);
    let html = html! {
        p { (status_of(&view.status)) }
        (questions(site, &view))
        (PreEscaped(picture::part(record, site.shown, site.now())))
    };
    if view.is_finished() {
        Seen::last(html.into_string())
    } else {
        Seen::now(html.into_string())
    }
}

/// Returns the callbacks that can be answered.
fn questions(site: &Site, view: &ExecutionView) -> Markup {
    let open = view.waiting_for.iter().filter_map(|waiting| {
        let callback = waiting.callback_id.as_deref()?;
        Some((waiting.operation.as_str(), callback))
    });
    let open: Vec<_> = open.collect();
    html! {
        @if site.may_change && !open.is_empty() {
            ul.row aria-label="Open callbacks" {
                @for (operation, callback) in open {
                    li { a.go href=(link::answer(&view.arn, callback)) { "Answer " (operation) } }
                }
            }
        }
    }
}
