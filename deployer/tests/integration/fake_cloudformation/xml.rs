//! The little XML that the Query protocol needs.

use std::fmt::Write as _;

use axum::body::Body;
use axum::response::Response;

/// What a call comes to: the inside of its result, or code and message of its error.
pub(super) type Answer = Result<String, (&'static str, String)>;

/// Returns a `ValidationError`, CloudFormation's answer to nearly everything.
pub(super) fn invalid<T>(message: impl Into<String>) -> Result<T, (&'static str, String)> {
    Err(("ValidationError", message.into()))
}

/// Returns an element with text.
pub(super) fn element(name: &str, text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    format!("<{name}>{escaped}</{name}>")
}

/// Returns a list of elements that have content of their own.
pub(super) fn list(name: &str, members: impl IntoIterator<Item = String>) -> String {
    let mut text = format!("<{name}>");
    for member in members {
        let _ = write!(text, "<member>{member}</member>");
    }
    let _ = write!(text, "</{name}>");
    text
}

pub(super) fn response(action: &str, answer: Answer) -> Response {
    let (status, body) = match answer {
        Ok(result) => (
            200,
            format!(
                "<{action}Response><{action}Result>{result}</{action}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></{action}Response>"
            ),
        ),
        Err((code, message)) => {
            let status = match code {
                "AccessDenied" | "ExpiredToken" => 403,
                "ServiceUnavailable" => 503,
                _ => 400,
            };
            let inside = format!(
                "<Type>Sender</Type>{}{}",
                element("Code", code),
                element("Message", &message)
            );
            (
                status,
                format!(
                    "<ErrorResponse><Error>{inside}</Error><RequestId>r</RequestId></ErrorResponse>"
                ),
            )
        }
    };
    Response::builder()
        .status(status)
        .header("content-type", "text/xml")
        .body(Body::from(body))
        .unwrap()
}
