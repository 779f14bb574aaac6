//! The list of executions, a page of it at a time as the service gives them: never all of them.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use durable_history::Timestamp;
use maud::{Markup, html};
use tokio::time::{Instant, timeout_at};

use super::fields::Fields;
use super::frame::{Place, answer, live, status_of, time};
use super::link;
use super::site::{Pace, Site};
use super::watches::{Seen, Teller};
use crate::error::{Error, Result};
use crate::moment::moment;
use crate::operate::executions::{Filter, Listed, Listing};
use crate::span::span;

/// How many are on a page.
const PAGE: usize = 50;
/// For how long is looked for those that only a look at each can find.
const PATIENCE: Duration = Duration::from_secs(10);
const PACE: Pace = Pace {
    near: Duration::from_secs(1),
    far: Duration::from_secs(5),
};

/// What of a filter a page is asked for; `before` and `skip` say where it begins.
const ASKED: [&str; 9] = [
    "workflow",
    "status",
    "name",
    "version",
    "waiting-for",
    "since",
    "until",
    "before",
    "skip",
];

pub(super) async fn page(State(site): State<Arc<Site>>, fields: Fields) -> Response {
    let asked = asked(&fields);
    let made = look(&site, &asked).await.map(|seen| {
        html! {
            h1 { "Executions" }
            (find())
            (narrow(&site, &asked))
            // What comes first changes; what is further back does not.
            @if asked.one("before").is_none() {
                (live(&asked.link("/live/executions"), &seen))
            } @else {
                (maud::PreEscaped(&*seen.html))
            }
        }
    });
    answer(&site, Place::Executions, "Executions", made)
}

/// Returns what of a query is about executions.
pub(super) fn asked(fields: &Fields) -> Fields {
    fields.only(&ASKED)
}

/// Watches a list until nobody listens.
pub(super) async fn watch(site: Arc<Site>, asked: Fields, teller: Teller) {
    while teller
        .tell(look(&site, &asked).await, site.pause(PACE))
        .await
    {}
}

async fn look(site: &Site, asked: &Fields) -> Result<Seen> {
    let (filter, skip) = filter(asked, site.now())?;
    let workflows = site.selected(&asked.all("workflow")).await?;
    let mut listing = Listing::of(&site.clients, &workflows, &filter);
    let mut found = Vec::new();
    let end = Instant::now() + PATIENCE;
    let all_seen = loop {
        match timeout_at(end, listing.next()).await {
            Ok(listed) => match listed? {
                Some(listed) => found.push(listed),
                None => break true,
            },
            Err(_) => break false,
        }
    };
    let is_more = found.len() > PAGE + skip;
    found.truncate(PAGE + skip);
    let further = further(&found).filter(|_| is_more);
    let shown = found.get(skip..).unwrap_or_default();
    let html = html! {
        (table(shown))
        @if !all_seen {
            p.notice { "Looked for " (PATIENCE.as_secs()) " s, and not to the end. Narrow it by a workflow, a status or a time." }
        }
        @if let Some((before, skip)) = further {
            @let next = asked.only(&ASKED.map(|name| if name == "before" || name == "skip" { "" } else { name }));
            p { a href=(next.with("before", before.to_string()).with("skip", skip.to_string()).link("/executions")) rel="next" { "Further back" } }
        }
    };
    Ok(Seen::now(html.into_string()))
}

/// Returns what is asked of the service, and how many of those are on the page before.
fn filter(asked: &Fields, now: Timestamp) -> Result<(Filter, usize)> {
    let told = |wrong: String| Error::usage(wrong);
    let time = |name: &str| {
        asked
            .one(name)
            .map(|text| moment(text, now).map_err(told))
            .transpose()
    };
    let text = |name: &str| asked.one(name).map(str::to_owned);
    let statuses = asked
        .all("status")
        .iter()
        .map(|status| Filter::status(status).map_err(told))
        .collect::<Result<_>>()?;
    let skip = asked.number("skip").unwrap_or_default();
    // Those that started when the last one did are asked for again, because some of them may be left.
    let before = asked
        .number("before")
        .map(|millis: i64| Timestamp::from_millis(millis.saturating_add(1)));
    let until = match (time("until")?, before) {
        (Some(until), Some(before)) => Some(until.min(before)),
        (until, before) => until.or(before),
    };
    let filter = Filter {
        statuses,
        since: time("since")?,
        until,
        name: text("name"),
        version: text("version"),
        waiting_for: text("waiting-for"),
        limit: Some(PAGE + skip + 1),
        ..Filter::default()
    };
    Ok((filter, skip))
}

/// Returns when the last of a page started, and how many that are on it started then.
fn further(found: &[Listed]) -> Option<(i64, usize)> {
    let last = found.last()?.started_at;
    let then = found
        .iter()
        .rev()
        .take_while(|listed| listed.started_at == last);
    Some((last.millis(), then.count()))
}

fn table(listed: &[Listed]) -> Markup {
    html! {
        @if listed.is_empty() {
            p { "No execution is as asked for." }
        } @else {
            table.list {
                caption { "Those that started last come first; times are UTC" }
                thead { tr { @for head in ["Name", "Status", "Started", "Took", "Version", "Workflow"] { th scope="col" { (head) } } } }
                tbody {
                    @for listed in listed {
                        tr {
                            th scope="row" { a href=(link::execution(&listed.arn)) { (listed.name) } }
                            td data-label="Status" { (status_of(&listed.status)) }
                            td data-label="Started" { (time(listed.started_at)) }
                            td data-label="Took" {
                                @match listed.ended_at { Some(ended) => (span(ended.since(listed.started_at))), None => "goes on" }
                            }
                            td data-label="Version" { (listed.version) }
                            td.wide data-label="Workflow" { (listed.workflow) }
                        }
                    }
                }
            }
        }
    }
}

fn find() -> Markup {
    html! {
        form.row action="/execution" {
            label { "One by its name" input name="name" required autocomplete="off" spellcheck="false"; }
            button { "Open" }
        }
    }
}

fn narrow(site: &Site, asked: &Fields) -> Markup {
    let value = |name: &str| asked.one(name).unwrap_or_default();
    let chosen = asked.all("status").concat();
    let text = |name: &'static str, label: &str, hint: &str| {
        html! { label { (label) input name=(name) value=(value(name)) placeholder=(hint) autocomplete="off" spellcheck="false"; } }
    };
    html! {
        details.narrow open[*asked != Fields::default()] {
            summary { "Narrow the list" }
            form.row action="/executions" {
                label { "Workflow"
                    select name="workflow" {
                        option value="" { "all" }
                        @for workflow in site.app.application.workflows.keys() {
                            option value=(workflow) selected[value("workflow") == workflow] { (workflow) }
                        }
                    }
                }
                label { "Status"
                    select name="status" {
                        option value="" { "all" }
                        @for status in Filter::STATUSES {
                            option value=(status) selected[chosen.eq_ignore_ascii_case(status)] { (status.to_lowercase().replace('_', " ")) }
                        }
                    }
                }
                (text("name", "Name begins with", ""))
                (text("version", "Version", ""))
                (text("waiting-for", "Waits for", "operation"))
                (text("since", "Started since", "2h, or 2026-11-27"))
                (text("until", "Started before", "30m"))
                button { "List" }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use durable_history::Timestamp;

    use super::{Fields, PAGE, filter, further, table};
    use crate::operate::executions::Listed;

    fn listed(millis: i64) -> Listed {
        Listed {
            workflow: "w".to_owned(),
            name: "n".to_owned(),
            status: "RUNNING".to_owned(),
            version: "1".to_owned(),
            started_at: Timestamp::from_millis(millis),
            ended_at: None,
            arn: "arn".to_owned(),
        }
    }

    #[test]
    fn the_next_page_begins_where_the_last_one_ended_also_among_those_of_one_time() {
        let found = [9, 8, 7, 7, 7].map(listed);
        assert_eq!(further(&found), Some((7, 3)));
        let asked = Fields::default()
            .with("before", "7")
            .with("skip", "3")
            .with("status", "timed-out");
        let (filter, skip) = filter(&asked, Timestamp::default()).unwrap();
        assert_eq!(
            filter.until,
            Some(Timestamp::from_millis(8)),
            "the border is not part of it"
        );
        assert_eq!((skip, filter.limit), (3, Some(PAGE + 4)));
        assert_eq!(filter.statuses, ["TIMED_OUT"]);
        assert_eq!(further(&[]), None);
    }

    #[test]
    fn what_is_no_time_and_no_status_is_told() {
        for (name, value) in [("since", "yesterday"), ("status", "tired")] {
            let asked = Fields::default().with(name, value);
            assert!(filter(&asked, Timestamp::default()).is_err(), "{name}");
        }
    }

    #[test]
    fn a_name_is_never_markup() {
        let evil = Listed {
            name: "<script>alert(1)</script>".to_owned(),
            arn: "\"onclick='x'".to_owned(),
            ..listed(7)
        };
        let shown = table(&[evil]).into_string();
        assert!(shown.contains("&lt;script&gt;"), "{shown}");
        assert!(
            !shown.contains("<script") && !shown.contains("\"onclick"),
            "{shown}"
        );
    }
}
