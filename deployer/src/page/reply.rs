//! The answer to a callback: what it will do, and the form that does it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use durable_history::History;
use maud::{Markup, html};

use super::answer::elsewhere;
use super::ask::{consented, form, may_change};
use super::execution::found;
use super::fields::Fields;
use super::frame::{Place, answer as framed, failure, time};
use super::link;
use super::site::Site;
use crate::aws::history;
use crate::error::{Error, Kind, Result};
use crate::operate::callbacks::{Answer, Answered, OpenCallback, answer, open_of};

pub(super) async fn page(State(site): State<Arc<Site>>, fields: Fields) -> Response {
    framed(
        &site,
        Place::Callbacks,
        "Answer",
        ask(&site, &fields, None).await,
    )
}

pub(super) async fn send(State(site): State<Arc<Site>>, form: Fields) -> Response {
    match carry_out(&site, &form).await {
        Ok(callback) => elsewhere(&link::execution(&callback.execution_arn)),
        // What was typed is not lost by what was wrong with it.
        Err(error) if error.kind() == Kind::Usage => {
            let again = ask(&site, &form, Some(&error)).await;
            framed(&site, Place::Callbacks, "Answer", again)
        }
        Err(error) => framed(&site, Place::Callbacks, "Answer", Err(error)),
    }
}

async fn carry_out(site: &Site, form: &Fields) -> Result<OpenCallback> {
    consented(site, form)?;
    let told = told(form)?;
    let callback = look(site, form).await?;
    if answer(&site.clients, &callback, &told).await? == Answered::Closed {
        return Err(closed());
    }
    Ok(callback)
}

fn told(form: &Fields) -> Result<Answer> {
    if form.one("as") != Some("failure") {
        let result = form.one("result").map(str::to_owned);
        let read = result
            .as_deref()
            .map(serde_json::from_str::<serde::de::IgnoredAny>);
        read.transpose()
            .map_err(|error| Error::usage("the result is not JSON").caused_by(error))?;
        return Ok(Answer::Succeed(result));
    }
    let needed = |name: &str, what: &str| {
        let given = form.one(name).map(str::to_owned);
        given.ok_or_else(|| Error::usage(format!("{what} is missing")))
    };
    Ok(Answer::Fail {
        error_type: needed("error-type", "the type of the error")?,
        message: needed("message", "what went wrong")?,
        data: form.one("data").map(str::to_owned),
    })
}

/// Returns the callback that is meant, as long as it is open.
async fn look(site: &Site, fields: &Fields) -> Result<OpenCallback> {
    let execution = found(site, fields).await?;
    let history = History::of(history(&site.clients, &execution.arn).await?);
    let open = open_of(&execution, &history);
    let wanted = fields.one("callback").unwrap_or_default();
    let mut open = open.into_iter().filter(|open| open.callback_id == wanted);
    open.next().ok_or_else(closed)
}

fn closed() -> Error {
    Error::new(
        Kind::WrongState,
        "the callback is not open any more; nothing was sent",
    )
    .hint("somebody else answered, it timed out, or the execution ended: its page tells which")
}

async fn ask(site: &Site, fields: &Fields, wrong: Option<&Error>) -> Result<Markup> {
    may_change(site)?;
    let callback = look(site, fields).await?;
    let operation = callback.operation.as_deref().unwrap_or("a callback");
    let hidden = fields.only(&["arn", "callback"]);
    let value = |name: &str| fields.one(name).unwrap_or_default();
    let success = html! {
        label { "Result, as JSON; none where it is left empty"
            textarea name="result" rows="5" spellcheck="false" { (value("result")) }
        }
    };
    let failure_fields = html! {
        label { "Type of the error, which the workflow tells failures apart by"
            input name="error-type" value=(value("error-type")) required autocomplete="off";
        }
        label { "What went wrong, for people" input name="message" value=(value("message")) required autocomplete="off"; }
        label { "More, for the workflow" input name="data" value=(value("data")) autocomplete="off"; }
    };
    let path = "/callbacks/answer";
    Ok(html! {
        @if let Some(wrong) = wrong { (failure(wrong)) } @else { h1 { "Answer " (operation) } }
        p {
            "The execution " a href=(link::execution(&callback.execution_arn)) { (callback.execution) }
            " has waited for it since " (time(callback.since)) " UTC" ". "
            @if let Some(until) = callback.until { "It stops waiting at " (time(until)) ". " }
            strong { "An answer lets the execution go on, and cannot be taken back." }
        }
        section.card aria-labelledby="with-result" {
            h2 #with-result { "It came" }
            (form(site, path, &hidden.clone().with("as", "success"), &success, "Answer with this result"))
        }
        section.card aria-labelledby="with-error" {
            h2 #with-error { "It does not come" }
            (form(site, path, &hidden.with("as", "failure"), &failure_fields, "Answer with this error"))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{Answer, Fields, told};

    #[test]
    fn a_result_is_json_and_an_error_says_what_it_is() {
        let form = Fields::default().with("as", "success");
        assert_eq!(told(&form).unwrap(), Answer::Succeed(None));
        let result = form.clone().with("result", " {\"a\":1} ");
        assert_eq!(
            told(&result).unwrap(),
            Answer::Succeed(Some("{\"a\":1}".to_owned()))
        );
        let error = told(&form.with("result", "{\"a\":")).unwrap_err();
        assert!(error.in_a_line().contains("line 1 column 5"), "{error:?}");
        let form = Fields::default()
            .with("as", "failure")
            .with("error-type", "Gone");
        assert!(
            told(&form)
                .unwrap_err()
                .to_string()
                .contains("what went wrong")
        );
        let fail = told(&form.with("message", "no")).unwrap();
        assert!(matches!(fail, Answer::Fail { data: None, .. }));
    }
}
