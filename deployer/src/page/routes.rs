//! Which path is which page, behind the guard.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::{get, post};

use super::answer::{elsewhere, guarded, text, words};
use super::assets::asset;
use super::fields::Fields;
use super::guard::{Judgment, cookie, is_our_form, judge};
use super::site::Site;
use super::{
    callbacks, execution, executions, frame, inbox, job, letters, live, overview, reply, rework,
    trace,
};

/// The most bytes of a form: a result of a megabyte, each byte of which may take three.
const LARGEST_FORM: usize = 4 * 1024 * 1024;

/// Returns all pages.
pub(super) fn routes(site: Arc<Site>) -> Router {
    let guard = from_fn_with_state(Arc::clone(&site), guard);
    Router::new()
        .route("/", get(overview::page))
        .route("/executions", get(executions::page))
        .route("/execution", get(execution::page))
        .route("/callbacks", get(callbacks::page))
        .route("/callbacks/answer", get(reply::page).post(reply::send))
        .route("/letters", get(letters::page))
        .route("/letters/queue", get(letters::queue))
        .route(
            "/letters/redrive",
            get(rework::ask_redrive).post(rework::redrive_them),
        )
        .route(
            "/letters/discard",
            get(rework::ask_discard).post(rework::discard_them),
        )
        .route("/inbox", get(inbox::page))
        .route("/job", get(job::page))
        .route("/job/stop", post(job::stop))
        .route("/trace", get(trace::page))
        .route("/live/{what}", get(live::stream))
        .route("/assets/{name}", get(file))
        .fallback(async |State(site): State<Arc<Site>>| frame::nowhere(&site))
        .with_state(site)
        .layer(guard)
        .layer(map_response(guarded))
}

/// Lets through who may see the page. Fields of a form are read here, so that none is read whose key is wrong.
async fn guard(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    match judge(&site.keys, &site.authority, &parts) {
        Judgment::Refused(status, why) => return words(status, why),
        Judgment::LetIn => return let_in(&site),
        Judgment::Answered => {}
    }
    if parts.method != Method::POST {
        let query = parts.uri.query().unwrap_or_default();
        parts.extensions.insert(Fields::read(query.as_bytes()));
        return next.run(Request::from_parts(parts, Body::empty())).await;
    }
    let Ok(sent) = to_bytes(body, LARGEST_FORM).await else {
        return words(
            StatusCode::PAYLOAD_TOO_LARGE,
            "This is more than a form takes.",
        );
    };
    let form = Fields::read(&sent);
    if !is_our_form(&site.keys, &form) {
        return words(StatusCode::FORBIDDEN, "This form is not from this page.");
    }
    if !site.may_change {
        return words(
            StatusCode::FORBIDDEN,
            "This page only shows: `--allow-changes` lets it change a protected stage.",
        );
    }
    parts.extensions.insert(form);
    next.run(Request::from_parts(parts, Body::empty())).await
}

/// Gives the cookie for the token, and takes the token out of the address.
fn let_in(site: &Site) -> Response {
    let mut response = elsewhere("/");
    let session = site.keys.session.tell();
    let set = format!(
        "{}={session}; Path=/; HttpOnly; SameSite=Strict",
        cookie(&site.authority)
    );
    if let Ok(set) = HeaderValue::from_str(&set) {
        response.headers_mut().insert(header::SET_COOKIE, set);
    }
    response
}

async fn file(Path(name): Path<String>, State(site): State<Arc<Site>>) -> Response {
    match asset(&name) {
        Some(asset) => text(StatusCode::OK, asset.kind, asset.text),
        None => frame::nowhere(&site),
    }
}

impl<S: Sync> FromRequestParts<S> for Fields {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.remove().unwrap_or_default())
    }
}
