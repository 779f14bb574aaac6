//! How the stage is: workflows, versions with what runs on them, queues.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use super::frame::{Place, answer, live};
use super::link;
use super::site::{Pace, Site};
use super::watches::{Seen, Teller};
use crate::aws::Unfinished;
use crate::count::counted;
use crate::error::Result;
use crate::operate::dead_letters::QueueKind;
use crate::operate::status::{FunctionStatus, LastDeployment, WorkflowStatus, workflow_statuses};

/// It asks several services, for every workflow.
const PACE: Pace = Pace {
    near: Duration::from_secs(2),
    far: Duration::from_secs(30),
};

pub(super) async fn page(State(site): State<Arc<Site>>) -> Response {
    let seen = look(&site).await;
    let made = seen.map(|seen| {
        html! { h1 { "Stage " (site.app.stage_name) } (live("/live/overview", &seen)) }
    });
    answer(&site, Place::Overview, "Overview", made)
}

/// Watches the stage until nobody listens.
pub(super) async fn watch(site: Arc<Site>, teller: Teller) {
    while teller.tell(look(&site).await, site.pause(PACE)).await {}
}

async fn look(site: &Site) -> Result<Seen> {
    let workflows = site.app.select(&[])?;
    let found = workflow_statuses(&site.app, &site.clients, &workflows).await?;
    let shown = html! { @for status in &found { (workflow(status)) } };
    Ok(Seen::now(shown.into_string()))
}

fn workflow(status: &WorkflowStatus) -> Markup {
    let name = &status.workflow;
    html! {
        section.card aria-label=(name) {
            h2 { a href=(link::executions(name, None)) { (name) } }
            @match &status.state {
                None => p { "Not deployed." },
                Some(state) => {
                    p { "Stack " (status.stack) " " span.status data-status=(state) { (state) } }
                    @if let Some(told) = status.last_deployment.as_ref().and_then(deployment) { p.quiet { (told) } }
                    @for problem in &status.problems { p.notice.bad { (problem) } }
                    (unfinished(name, status.unfinished_executions.as_ref()))
                    (queues(status))
                    (functions(&status.functions))
                }
            }
        }
    }
}

/// Returns when, by whom and from what was deployed, as far as that is known.
fn deployment(deployment: &LastDeployment) -> Option<String> {
    let LastDeployment { at, by, revision } = deployment;
    let parts = [("at ", at), ("by ", by), ("from revision ", revision)];
    let told: Vec<String> = parts
        .into_iter()
        .filter_map(|(what, value)| Some(format!("{what}{}", value.as_ref()?)))
        .collect();
    (!told.is_empty()).then(|| format!("Last deployed {}", told.join(", ")))
}

fn unfinished(workflow: &str, unfinished: Option<&Unfinished>) -> Markup {
    let Some(unfinished) = unfinished else {
        return html! {};
    };
    let more = if unfinished.is_complete {
        ""
    } else {
        "at least "
    };
    html! {
        p {
            strong { (more) (counted(unfinished.total(), "execution")) } " not ended"
            @for (place, (version, count)) in unfinished.by_version.iter().enumerate() {
                (if place == 0 { ": " } else { ", " })
                a href=(link::executions(workflow, Some(version))) { (count) " on version " (version) }
            }
        }
    }
}

fn queues(status: &WorkflowStatus) -> Markup {
    html! {
        @if !status.queues.is_empty() {
            table.list {
                caption { "Queues" @if let Some(mapping) = &status.mapping { ", intake " (mapping.to_lowercase()) } }
                thead { tr { th scope="col" { "Queue" } th scope="col" { "Waiting" } th scope="col" { "In flight" } th scope="col" { "Delayed" } } }
                tbody {
                    @for queue in &status.queues {
                        tr {
                            th scope="row" { (role(&status.workflow, &queue.role)) }
                            td data-label="Waiting" { (queue.messages.visible) }
                            td data-label="In flight" { (queue.messages.in_flight) }
                            td data-label="Delayed" { (queue.messages.delayed) }
                        }
                    }
                }
            }
        }
    }
}

/// Returns what a queue is for, and where its messages are shown if nothing else reads them.
fn role(workflow: &str, role: &str) -> Markup {
    let kind = QueueKind::ALL.into_iter().find(|kind| kind.role() == role);
    html! {
        @match kind {
            Some(kind) => a href=(link::letters(workflow, kind.as_str())) { (role) },
            None => (role),
        }
    }
}

fn functions(functions: &[FunctionStatus]) -> Markup {
    html! {
        table.list {
            caption { "Functions" }
            thead { tr { th scope="col" { "Function" } th scope="col" { "Version" } th scope="col" { "State" } th scope="col" { "Revision" } } }
            tbody {
                @for function in functions {
                    tr {
                        th scope="row" { (function.function) }
                        td data-label="Version" { (function.version) }
                        td data-label="State" { (function.state) }
                        td data-label="Revision" { (function.revision.as_deref().unwrap_or("unknown")) }
                    }
                }
            }
        }
    }
}
