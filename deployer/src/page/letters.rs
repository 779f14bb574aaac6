//! Dead letters: how many are where, and each with why it is there.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use super::apart::apart;
use super::fields::Fields;
use super::frame::{Place, answer, status_of, time};
use super::link;
use super::shown::message;
use super::site::Site;
use crate::count::counted;
use crate::error::{Error, Result};
use crate::operate::dead_letters::{
    DeadQueue, Peeked, QueueKind, QueueLook, Selection, Standing, dead_queues, look, peek, survey,
};
use crate::operate::picture::Shown;

/// How many messages are shown one by one.
const MOST: usize = 20;
/// What names messages: in which queue, and which of it.
pub(super) const NAMED: [&str; 5] = ["workflow", "queue", "id", "reason", "all"];

/// Shows how many are in each queue, which SQS counts without looking at them.
pub(super) async fn page(State(site): State<Arc<Site>>, fields: Fields) -> Response {
    let made = apart(&site, fields, counts).await;
    answer(&site, Place::Letters, "Dead letters", made)
}

async fn counts(site: &Site, _: &Fields) -> Result<Markup> {
    let workflows = site.deployed().await?;
    let queues = dead_queues(&workflows, None);
    let everything = Selection::default();
    let (filled, _) = survey(
        &site.clients,
        &site.app.stage_name,
        &queues,
        &everything,
        &site.stop,
    )
    .await?;
    Ok(html! {
        h1 { "Dead letters" }
        @if filled.is_empty() {
            p { "No dead letters and no failed executions." }
        } @else {
            table.list {
                caption { "What was given up, and what failed, as SQS counts" }
                thead { tr { @for head in ["Queue", "Messages", "Workflow"] { th scope="col" { (head) } } } }
                tbody {
                    @for each in &filled {
                        tr {
                            th scope="row" { a href=(at(&each.queue).link("/letters/queue")) { (each.queue.kind.role()) } }
                            td data-label="Messages" { (each.messages) }
                            td data-label="Workflow" { (each.queue.workflow.workflow) }
                        }
                    }
                }
            }
        }
        p.quiet { "To look at messages takes them out of sight for a moment, so it is done only when you open a queue." }
    })
}

/// Shows what is in one queue.
pub(super) async fn queue(State(site): State<Arc<Site>>, fields: Fields) -> Response {
    let made = apart(&site, fields, messages).await;
    answer(&site, Place::Letters, "Dead letters", made)
}

/// Returns the queue that is meant.
pub(super) async fn queue_of(site: &Site, fields: &Fields) -> Result<DeadQueue> {
    let workflow = fields.all("workflow");
    let kind = fields.one("queue").unwrap_or_default();
    let kind = kind.parse::<QueueKind>().map_err(Error::usage)?;
    let workflows = site.selected(&workflow).await?;
    let mut queues = dead_queues(&workflows, Some(kind)).into_iter();
    match (queues.next(), queues.next()) {
        (Some(queue), None) => Ok(queue),
        _ => Err(Error::usage("it is not said which queue of which workflow")),
    }
}

/// Returns the messages that are meant.
///
/// # Errors
///
/// There is no such reason.
pub(super) fn selection(fields: &Fields, limit: Option<usize>) -> Result<Selection> {
    let reasons = fields.all("reason");
    let reasons = reasons
        .iter()
        .map(|reason| reason.parse().map_err(Error::usage));
    Ok(Selection {
        ids: fields.all("id"),
        reasons: reasons.collect::<Result<_>>()?,
        limit,
    })
}

async fn messages(site: &Site, fields: &Fields) -> Result<Markup> {
    let queue = queue_of(site, fields).await?;
    let (clients, stage, stop) = (&site.clients, &site.app.stage_name, &site.stop);
    let counted = look(clients, stage, &queue, stop).await?;
    let queues = [queue];
    let peeked = peek(
        clients,
        stage,
        &queues,
        &selection(fields, Some(MOST))?,
        stop,
    )
    .await?;
    let [queue] = &queues;
    Ok(html! {
        h1 { (queue.workflow.workflow) ", " (queue.kind.role()) }
        (reasons(site, &counted))
        @if peeked.is_empty() {
            p { "No such messages in sight. What somebody else looks at comes back into sight within two minutes." }
        }
        @for each in &peeked { (letter(site, each)) }
        @if peeked.len() == MOST { p.notice { "There may be more than these " (MOST) "." } }
    })
}

/// Returns the fields that name a queue.
pub(super) fn at(queue: &DeadQueue) -> Fields {
    let fields = Fields::default().with("workflow", &queue.workflow.workflow);
    fields.with("queue", queue.kind.as_str())
}

/// Returns how many messages there are of each reason, with what can be done with those.
fn reasons(site: &Site, look: &QueueLook) -> Markup {
    let here = || at(&look.queue);
    html! {
        @if !look.reasons.is_empty() {
            table.list {
                caption { (counted(look.messages.total(), "message")) ", " (look.looked_at) " of them looked at" }
                thead { tr { @for head in ["Reason", "Messages", "Do"] { th scope="col" { (head) } } } }
                tbody {
                    @for (reason, count) in &look.reasons {
                        @let reason = reason.as_str();
                        tr {
                            th scope="row" { a href=(here().with("reason", reason).link("/letters/queue")) { (reason) } }
                            td data-label="Messages" { (count) }
                            td { (actions(site, &here().with("reason", reason), &format!("those of {reason}"))) }
                        }
                    }
                    tr {
                        th scope="row" { "all" }
                        td data-label="Messages" { (look.messages.total()) }
                        td { (actions(site, &here().with("all", "all"), "all")) }
                    }
                }
            }
        }
    }
}

fn actions(site: &Site, which: &Fields, what: &str) -> Markup {
    html! {
        @if site.may_change {
            a.go href=(which.link("/letters/redrive")) aria-label={ "Put back " (what) } { "Put back" }
            " "
            a.go href=(which.link("/letters/discard")) aria-label={ "Discard " (what) } { "Discard" }
        }
    }
}

fn letter(site: &Site, peeked: &Peeked) -> Markup {
    let Peeked {
        queue,
        letter,
        verdict,
        standing,
    } = peeked;
    html! {
        article.card aria-label={ "Message " (letter.id) } {
            h2 { (verdict.reason.as_str()) }
            @if site.shown == Shown::Data { p { (verdict.why) } }
            p {
                "Message " (letter.id)
                @if let Some(arrival) = letter.first_arrival { ", first arrived " (time(arrival)) " UTC" }
                ", received " (letter.receives) " times"
                @if let Some(origin) = letter.redriven_from() { ", put back before as a copy of " (origin) }
            }
            (execution(verdict.execution.as_deref().unwrap_or_default(), standing))
            (message(site.shown, &letter.body))
            p { (actions(site, &at(queue).with("id", &letter.id), &format!("message {}", letter.id))) }
        }
    }
}

fn execution(name: &str, standing: &Standing) -> Markup {
    html! {
        @match standing {
            Standing::Nameless => {},
            Standing::NotThere => p { "Execution " (name) ": there is none." },
            Standing::Gone => p { "Execution " (name) ": nothing is known of it any more." },
            Standing::There { arn, status, .. } => p { "Execution " a href=(link::execution(arn)) { (name) } " " (status_of(status)) },
        }
    }
}
