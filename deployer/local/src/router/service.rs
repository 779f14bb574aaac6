//! Puts the routes together.

use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{get, post};

use super::access::authorize;
use super::call_fault;
use super::route::{Route, route};
use super::shared::Router;
use super::{admin, invoke, mapping, responses};

/// Returns everything that the one port answers.
pub(crate) fn routes(router: Router) -> axum::Router {
    let durable = router.executions.routes();
    let access = router.access.clone();
    let all = axum::Router::new()
        .route("/_local/status", get(admin::status))
        .route("/_local/stop", post(admin::stop))
        .route("/_local/access", get(admin::access))
        .route("/_local/start-limit", post(admin::limit_starts))
        .route(
            "/_local/call-faults",
            post(call_fault::register).get(call_fault::pending),
        )
        .fallback(dispatch)
        .with_state(router)
        .merge(durable);
    match access {
        Some(access) => all.layer(from_fn_with_state(access, authorize)),
        None => all,
    }
}

async fn dispatch(State(router): State<Router>, request: Request<Body>) -> Response {
    match route(request.method(), request.uri().path()) {
        Route::Invocation { function } => invoke::invoke(&router, &function, request).await,
        Route::NewMapping => mapping::create(&router, request).await,
        Route::Forward => call_fault::forward_with_faults(&router, request).await,
        Route::UnknownDurable | Route::Internal => responses::error(
            StatusCode::NOT_FOUND,
            "UnknownOperationException",
            "The local target does not know this operation",
        ),
    }
}
