//! The texts and e-mails that were sent to people on this machine, as they would read them.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use durable_history::Timestamp;
use durable_local::{Letter, inbox};
use maud::{Markup, html};

use super::frame::{Place, answer, live, time};
use super::site::{Pace, Site};
use super::watches::{Seen, Teller};
use crate::error::{Error, Kind, Result};
use crate::operate::picture::Shown;

/// How many are shown.
const MOST: usize = 100;
/// It asks this machine only.
const PACE: Pace = Pace {
    near: Duration::from_secs(1),
    far: Duration::from_secs(1),
};

pub(super) async fn page(State(site): State<Arc<Site>>) -> Response {
    let made = look(&site).await.map(|seen| {
        html! {
            h1 { "Inbox" }
            p.quiet { "What was sent to people, the newest first. On this machine nothing leaves it, and the links lead here." }
            (live("/live/inbox", &seen))
        }
    });
    answer(&site, Place::Inbox, "Inbox", made)
}

/// Watches what is sent until nobody listens.
pub(super) async fn watch(site: Arc<Site>, teller: Teller) {
    while teller.tell(look(&site).await, site.pause(PACE)).await {}
}

async fn look(site: &Site) -> Result<Seen> {
    if !site.app.uses_local_target() {
        let text = format!(
            "stage `{}` writes to people, and keeps nothing of that",
            site.app.stage_name
        );
        let error = Error::new(Kind::WrongState, text);
        return Err(error.hint("only the local target has an inbox"));
    }
    let endpoint = site.clients.endpoint.as_deref().unwrap_or_default();
    let port = endpoint
        .rsplit_once(':')
        .map(|(_, port)| port.trim_end_matches('/'));
    let port = port
        .and_then(|port| port.parse().ok())
        .ok_or_else(|| Error::new(Kind::Service, format!("`{endpoint}` has no port to ask")))?;
    let letters = inbox(port).await?;
    Ok(Seen::now(shown(&letters, site.shown).into_string()))
}

fn shown(letters: &[Letter], shown: Shown) -> Markup {
    html! {
        @if letters.is_empty() { p { "Nothing was sent to anybody." } }
        @for letter in letters.iter().take(MOST) { (one(letter, shown)) }
        @if letters.len() > MOST { p.notice { "These are the newest " (MOST) " of " (letters.len()) "; `deployer local inbox` shows all." } }
    }
}

fn one(letter: &Letter, shown: Shown) -> Markup {
    if shown == Shown::Outline {
        return html! { section.card { h2 { (name(letter)) } p.quiet { (time(sent_at(letter))) ", to whom and what is not shown" } } };
    }
    html! {
        section.card {
            h2 dir="auto" { @match &letter.subject { Some(subject) => (subject), None => (name(letter)) } }
            p.quiet {
                (name(letter)) " to " bdi { (letter.to) }
                @if let Some(from) = &letter.from { " from " bdi { (from) } }
                ", " (time(sent_at(letter)))
            }
            p.letter dir="auto" { (linked(letter)) }
        }
    }
}

/// Returns the text with its links as links. Whatever else is in it stays text.
fn linked(letter: &Letter) -> Markup {
    let mut rest = letter.text.as_str();
    let mut parts = Vec::new();
    for link in &letter.links {
        if let Some((before, after)) = rest.split_once(link.as_str()) {
            parts.push((before, link));
            rest = after;
        }
    }
    html! {
        @for (before, link) in parts { (before) a href=(link) rel="noreferrer noopener" { (link) } }
        (rest)
    }
}

fn name(letter: &Letter) -> &'static str {
    if letter.channel == "sms" {
        "Text"
    } else {
        "E-mail"
    }
}

fn sent_at(letter: &Letter) -> Timestamp {
    let sent_at = Duration::try_from_secs_f64(letter.sent_at).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(sent_at.as_millis()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{Letter, Shown, shown};

    fn letter(text: &str, links: &[&str]) -> Letter {
        Letter {
            channel: "email",
            to: "ada@example.com".to_owned(),
            from: None,
            subject: Some("<b>Was it you?</b>".to_owned()),
            text: text.to_owned(),
            links: links.iter().map(|link| (*link).to_owned()).collect(),
            sent_at: 1.5,
        }
    }

    #[test]
    fn links_are_links_and_whatever_else_is_text() {
        let (one, other) = (
            "http://127.0.0.1:1/a",
            "https://x.example/\"onclick=\"alert(1)",
        );
        let text = format!("<script>alert(1)</script> {one} and {other} javascript:alert(2)");
        let page = shown(&[letter(&text, &[one, other])], Shown::Data).into_string();
        assert!(page.contains("href=\"http://127.0.0.1:1/a\""), "{page}");
        assert_eq!(page.matches("<a ").count(), 2, "{page}");
        for never in ["<script", "<b>", "\"onclick", "href=\"javascript"] {
            assert!(!page.contains(never), "{never}: {page}");
        }
    }

    #[test]
    fn nobody_is_shown_where_data_is_not() {
        let link = "http://127.0.0.1:1/token";
        let page = shown(&[letter(link, &[link])], Shown::Outline).into_string();
        for never in ["token", "ada", "Was it you"] {
            assert!(!page.contains(never), "{never}: {page}");
        }
    }
}
