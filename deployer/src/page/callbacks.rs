//! The callbacks that executions wait for.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use tokio::time::{Instant, timeout_at};

use super::fields::Fields;
use super::frame::{Place, answer, live, time};
use super::link;
use super::site::{Pace, Site};
use super::watches::{Seen, Teller};
use crate::error::Result;
use crate::operate::callbacks::{OpenCallback, OpenCallbacks, OpenFilter};

/// How many are shown.
const MOST: usize = 50;
/// For how long is looked for them.
const PATIENCE: Duration = Duration::from_secs(10);
/// It reads the history of every execution that has not ended.
const PACE: Pace = Pace {
    near: Duration::from_secs(1),
    far: Duration::from_secs(30),
};

pub(super) async fn page(State(site): State<Arc<Site>>, fields: Fields) -> Response {
    let asked = asked(&fields);
    let made = look(&site, &asked).await.map(|seen| {
        html! {
            h1 { "Open callbacks" }
            (narrow(&site, &asked))
            (live(&asked.link("/live/callbacks"), &seen))
        }
    });
    answer(&site, Place::Callbacks, "Callbacks", made)
}

/// Returns what of a query is about callbacks.
pub(super) fn asked(fields: &Fields) -> Fields {
    fields.only(&["workflow", "waiting-for"])
}

/// Watches what is open until nobody listens.
pub(super) async fn watch(site: Arc<Site>, asked: Fields, teller: Teller) {
    while teller
        .tell(look(&site, &asked).await, site.pause(PACE))
        .await
    {}
}

async fn look(site: &Site, asked: &Fields) -> Result<Seen> {
    let workflows = site.selected(&asked.all("workflow")).await?;
    let filter = OpenFilter::within(asked.one("waiting-for").map(str::to_owned));
    let mut open = OpenCallbacks::of(&site.clients, &workflows, &filter);
    let mut found = Vec::new();
    let end = Instant::now() + PATIENCE;
    let all_seen = loop {
        if found.len() > MOST {
            break false;
        }
        match timeout_at(end, open.next()).await {
            Ok(callbacks) => match callbacks? {
                Some(callbacks) => found.extend(callbacks),
                None => break true,
            },
            Err(_) => break false,
        }
    };
    found.truncate(MOST);
    let html = html! {
        (table(site, &found))
        @if !all_seen {
            p.notice { "There may be more than these " (found.len()) ". Narrow them by a workflow or an operation, or open an execution to answer it." }
        }
    };
    Ok(Seen::now(html.into_string()))
}

fn table(site: &Site, open: &[OpenCallback]) -> Markup {
    html! {
        @if open.is_empty() {
            p { "No execution waits for a callback." }
        } @else {
            table.list {
                caption { "Those of the newest executions come first; times are UTC" }
                thead { tr { @for head in ["Operation", "Execution", "Since", "Until", "Workflow"] { th scope="col" { (head) } } } }
                tbody { @for callback in open { (row(site, callback)) } }
            }
        }
    }
}

fn row(site: &Site, callback: &OpenCallback) -> Markup {
    let operation = callback.operation.as_deref().unwrap_or("callback");
    html! {
        tr {
            th scope="row" {
                (operation)
                @if site.may_change {
                    " " a.go href=(link::answer(&callback.execution_arn, &callback.callback_id)) aria-label={ "Answer " (operation) " of " (callback.execution) } { "Answer" }
                }
            }
            td.wide data-label="Execution" { a href=(link::execution(&callback.execution_arn)) { (callback.execution) } }
            td data-label="Since" { (time(callback.since)) }
            td data-label="Until" {
                @match callback.until {
                    Some(until) => (time(until)),
                    None => "as long as the execution may take",
                }
            }
            td.wide data-label="Workflow" { (callback.workflow) }
        }
    }
}

fn narrow(site: &Site, asked: &Fields) -> Markup {
    let chosen = asked.one("workflow").unwrap_or_default();
    html! {
        form.row action="/callbacks" {
            label { "Workflow"
                select name="workflow" {
                    option value="" { "all" }
                    @for workflow in site.app.application.workflows.keys() {
                        option value=(workflow) selected[chosen == workflow] { (workflow) }
                    }
                }
            }
            label { "In the operation"
                input name="waiting-for" value=(asked.one("waiting-for").unwrap_or_default()) autocomplete="off" spellcheck="false";
            }
            button { "List" }
        }
    }
}
