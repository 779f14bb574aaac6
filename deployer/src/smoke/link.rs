//! Answers as people give them: by the link in a message.

use durable_local::Letter;

use super::callback::Answered;
use super::fault::{code, request};
use super::look::Look;
use super::scenario::Answer;
use crate::error::{Error, Kind, Result};

/// What the button of a choice sends, and the field for who answers.
const FIELDS: [&str; 2] = ["choice", "identity"];

/// Looks for the link of the newest message to somebody that has a text of the scenario's in it.
pub(super) async fn look_for(endpoint: &str, channel: &str, id: &str) -> Look<String> {
    let missing = || Look::NotYet(format!("no message with a link went out by `{channel}`"));
    let Some(port) = endpoint
        .rsplit_once(':')
        .and_then(|(_, port)| port.parse().ok())
    else {
        return Look::Never(format!("`{endpoint}` has no port"));
    };
    let letters = match durable_local::inbox(port).await {
        Ok(letters) => letters,
        Err(error) => return Look::NotYet(error.to_string()),
    };
    let ours = |letter: &&Letter| {
        letter.channel == channel && (letter.text.contains(id) || letter.to.contains(id))
    };
    let newest = letters.iter().find(ours);
    newest
        .and_then(|letter| letter.links.first().cloned())
        .map_or_else(missing, Look::Found)
}

/// Opens a link as often as the scenario says, and presses the button of its choice.
pub(super) async fn press(endpoint: &str, link: &str, answer: &Answer) -> Result<Answered> {
    let path = link
        .strip_prefix(endpoint.trim_end_matches('/'))
        .unwrap_or(link);
    for _ in 0..answer.opened {
        let (status, _) = request(endpoint, "GET", path, "").await?;
        if code(&status) != Some("200") {
            return Err(unexpected(&status, "opened"));
        }
    }
    let mut pressed = form_urlencoded::Serializer::new(String::new());
    for (field, value) in FIELDS.into_iter().zip([&answer.choice, &answer.identity]) {
        pressed.extend_pairs(value.iter().map(|value| (field, value)));
    }
    let pressed = pressed.finish();
    let (status, _) = request(endpoint, "POST", path, &pressed).await?;
    match code(&status) {
        Some("200") => Ok(Answered::Accepted),
        Some("403" | "404" | "410") => Ok(Answered::Refused),
        _ => Err(unexpected(&status, "pressed")),
    }
}

/// The link is whoever has it, so it is not told.
fn unexpected(status: &str, what: &str) -> Error {
    let text = format!("the page behind the link answered `{status}` when it was {what}");
    Error::new(Kind::Verification, text)
}
