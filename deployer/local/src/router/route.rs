//! Who answers a request.

use axum::http::Method;
use percent_encoding::percent_decode_str;

/// Where a request goes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// An invocation: of the service when the function is durable, else of MiniStack.
    Invocation { function: String },
    /// A new event source mapping, which a long-running durable function may not have.
    NewMapping,
    /// Paths that only the durable execution service answers, and it does not know this one.
    UnknownDurable,
    /// MiniStack's answers to the daemon, which are nobody else's business.
    Internal,
    /// MiniStack.
    Forward,
}

/// Decides who answers, for the paths that have no handler of their own.
pub(super) fn route(method: &Method, path: &str) -> Route {
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    match segments.as_slice() {
        ["_deployer" | "_local", ..] => Route::Internal,
        ["2025-12-01", first, ..] if first.starts_with("durable-") => Route::UnknownDurable,
        ["2025-12-01", "functions", _, "durable-executions", ..] => Route::UnknownDurable,
        ["2015-03-31", "functions", function, "invocations"] if method == Method::POST => {
            Route::Invocation {
                function: percent_decode_str(function)
                    .decode_utf8_lossy()
                    .into_owned(),
            }
        }
        ["2015-03-31", "event-source-mappings"] if method == Method::POST => Route::NewMapping,
        _ => Route::Forward,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invocations_are_told_by_method_and_path() {
        let arn =
            "/2015-03-31/functions/arn%3Aaws%3Alambda%3Ar%3Aa%3Afunction%3Af%3Alive/invocations";
        let Route::Invocation { function } = route(&Method::POST, arn) else {
            unreachable!("an invocation by ARN is an invocation");
        };
        assert_eq!(function, "arn:aws:lambda:r:a:function:f:live");
        let get = route(&Method::GET, "/2015-03-31/functions/f/invocations");
        assert_eq!(get, Route::Forward);
        let configuration = route(&Method::GET, "/2015-03-31/functions/f/configuration");
        assert_eq!(configuration, Route::Forward);
    }

    #[test]
    fn durable_paths_never_reach_ministack() {
        for path in [
            "/2025-12-01/durable-executions/x/unknown",
            "/2025-12-01/durable-execution-callbacks/x",
            "/2025-12-01/functions/f/durable-executions/more",
        ] {
            assert_eq!(route(&Method::POST, path), Route::UnknownDurable, "{path}");
        }
    }

    #[test]
    fn internal_paths_are_closed_and_the_rest_is_forwarded() {
        assert_eq!(route(&Method::POST, "/_deployer/save"), Route::Internal);
        assert_eq!(route(&Method::GET, "/_local/nothing"), Route::Internal);
        assert_eq!(
            route(&Method::POST, "/2015-03-31/event-source-mappings/"),
            Route::NewMapping
        );
        assert_eq!(
            route(&Method::GET, "/2015-03-31/event-source-mappings/"),
            Route::Forward
        );
        for path in [
            "/",
            "/bucket/key",
            "/_ministack/health",
            "/000000000000/queue",
        ] {
            assert_eq!(route(&Method::POST, path), Route::Forward, "{path}");
        }
    }
}
