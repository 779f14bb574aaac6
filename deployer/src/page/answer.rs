//! What goes back to the browser, and what it may make of that.

use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use maud::Markup;

/// Nothing but our own styles, script and stream; nothing in a text is ever markup, and were it all the same, the
/// browser would not run it, load anything for it, or send a form elsewhere. Where the bars of a timeline are is told by
/// attributes of style, which are made of numbers alone.
const POLICY: &str = "default-src 'none'; style-src 'self'; style-src-attr 'unsafe-inline'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What every answer says. The address of a page is told to no other; forms need their origin told to us.
const HEADERS: [(HeaderName, &str); 6] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (CACHE_CONTROL, "no-store"),
    (REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// Says to the browser what it may make of an answer.
pub(super) async fn guarded(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Returns a page.
pub(super) fn page(status: StatusCode, markup: Markup) -> Response {
    text(status, "text/html; charset=utf-8", markup.into_string())
}

/// Returns words.
pub(super) fn words(status: StatusCode, words: &str) -> Response {
    text(status, "text/plain; charset=utf-8", format!("{words}\n"))
}

/// Returns a text of a kind.
pub(super) fn text(status: StatusCode, kind: &'static str, text: impl Into<Body>) -> Response {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// Sends the browser on, to a path of ours.
pub(super) fn elsewhere(path: &str) -> Response {
    let mut response = words(StatusCode::SEE_OTHER, "See there.");
    if let Ok(path) = HeaderValue::from_str(path) {
        response.headers_mut().insert(LOCATION, path);
    }
    response
}
