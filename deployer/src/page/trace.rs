//! One message or execution, from the queue to its end.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use super::apart::apart;
use super::fields::Fields;
use super::frame::{Place, answer};
use super::link;
use super::site::Site;
use crate::error::Result;
use crate::operate::picture::Shown;
use crate::operate::trace::{End, Place as Passed, Question, Trace, trace};

pub(super) async fn page(State(site): State<Arc<Site>>, fields: Fields) -> Response {
    let made = apart(&site, fields, make).await;
    answer(&site, Place::Trace, "Trace", made)
}

async fn make(site: &Site, fields: &Fields) -> Result<Markup> {
    let Some(subject) = fields.one("subject") else {
        return Ok(html! { h1 { "Trace" } (form("")) });
    };
    let workflows = site.selected(&fields.all("workflow")).await?;
    let question = Question {
        subject: subject.to_owned(),
        since: None,
        now: site.now(),
    };
    let traced = trace(&site.app, &site.clients, &workflows, &question).await?;
    Ok(html! { h1 { "Trace of " (subject) } (form(subject)) (told(site, &traced)) })
}

fn form(subject: &str) -> Markup {
    html! {
        form.row action="/trace" {
            label { "An execution by its name or ARN, or a message by its id"
                input name="subject" value=(subject) required autocomplete="off" spellcheck="false";
            }
            button { "Follow it" }
        }
        p.quiet { "It reads the logs of the functions, which takes a while on an account." }
    }
}

fn told(site: &Site, traced: &Trace) -> Markup {
    // What functions wrote, and why something failed, may have data in it.
    let has_data = |place: &Passed| {
        matches!(
            place,
            Passed::Log
                | Passed::Execution
                | Passed::Intermediary
                | Passed::DeadLetters
                | Passed::FailedExecutions
        )
    };
    let is_hidden = |place: &Passed| site.shown == Shown::Outline && has_data(place);
    html! {
        p.notice {
            @if site.shown == Shown::Data { (traced.end.in_words()) } @else { (kind(&traced.end)) }
            @if let Some(arn) = arn(&traced.end) { " " a href=(link::execution(arn)) { "Open the execution" } }
        }
        @for lost in &traced.lost { p.notice.bad { "Lost track: " (lost) } }
        @if !traced.steps.is_empty() {
            table.list {
                caption { "What happened, in order of time" @if let Some(workflow) = &traced.workflow { ", in " (workflow) } }
                thead { tr { @for head in ["When", "Where", "What"] { th scope="col" { (head) } } } }
                tbody {
                    @for step in &traced.steps {
                        tr {
                            th scope="row" { @if let Some(at) = step.at { time datetime=(at.0.to_rfc3339()) { (at.0.to_rfc3339()) } } }
                            td data-label="Where" { (step.place.as_str()) }
                            td.wide data-label="What" { @if is_hidden(&step.place) { "not shown" } @else { (step.what) } }
                        }
                    }
                }
            }
        }
    }
}

/// Returns how it ended, without a word of its data.
fn kind(end: &End) -> &'static str {
    match end {
        End::Succeeded { .. } => "its execution succeeded",
        End::Failed { .. } => "its execution ended badly",
        End::GoesOn { .. } => "its execution goes on",
        End::Duplicate { .. } => "a duplicate",
        End::DeadLetter { .. } => "in the dead-letter queue",
        End::OnItsWay { .. } => "not handled yet, and tried again",
        End::Forgotten { .. } => "handled by an execution that is not known any more",
        End::Unknown => "nothing is known of it",
    }
}

fn arn(end: &End) -> Option<&str> {
    match end {
        End::Succeeded { arn } | End::Failed { arn, .. } | End::GoesOn { arn, .. } => Some(arn),
        End::Duplicate { arn, .. } => arn.as_deref(),
        End::DeadLetter { .. } | End::OnItsWay { .. } | End::Forgotten { .. } | End::Unknown => {
            None
        }
    }
}
