//! Who may see the page: on this machine other users have the port too, and every site that the browser shows
//! can send requests to it.
//!
//! - `Host` is ours, so that no name of somebody else's that is made to point here (DNS rebinding) is answered.
//! - Only who was given the address has the token; for it comes a cookie that no script can read.
//! - What changes something comes from a page of ours, which `Origin` and a secret in the form both say.

use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};

use super::fields::Fields;
use super::keys::Keys;

/// The field of a form that says that it is ours.
pub(super) const FORM_KEY: &str = "form-key";

/// What becomes of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Judgment {
    /// It is answered.
    Answered,
    /// It shows the token, and is given the cookie for it.
    LetIn,
    /// It is refused, with why.
    Refused(StatusCode, &'static str),
}

/// Judges a request by its head; `authority` is where the page is, such as `127.0.0.1:4740`.
pub(super) fn judge(keys: &Keys, authority: &str, request: &Parts) -> Judgment {
    let refused = Judgment::Refused;
    let headers = &request.headers;
    let named = request.uri.authority().map(Authority::as_str);
    if text(headers, &header::HOST) != Some(authority)
        || named.is_some_and(|named| named != authority)
    {
        return refused(
            StatusCode::MISDIRECTED_REQUEST,
            "This page has another address.",
        );
    }
    if request.method == Method::GET && request.uri.path() == "/" && shows_token(keys, request) {
        return Judgment::LetIn;
    }
    if !has_session(keys, authority, headers) {
        return refused(
            StatusCode::UNAUTHORIZED,
            "Open the address that `deployer ui` printed: it has the token that this page asks for.",
        );
    }
    // Browsers say where a request comes from; ports of one machine are one site to them.
    let site = text(headers, &HeaderName::from_static("sec-fetch-site"));
    if site.is_some_and(|site| site != "same-origin" && site != "none") {
        return refused(
            StatusCode::FORBIDDEN,
            "This request comes from another page.",
        );
    }
    let origin = text(headers, &header::ORIGIN);
    let is_ours = origin.map(|origin| origin == format!("http://{authority}"));
    match (&request.method, is_ours) {
        (&Method::GET | &Method::HEAD, None | Some(true)) | (&Method::POST, Some(true)) => {
            Judgment::Answered
        }
        (&Method::GET | &Method::HEAD | &Method::POST, _) => refused(
            StatusCode::FORBIDDEN,
            "This request comes from another page.",
        ),
        _ => refused(StatusCode::METHOD_NOT_ALLOWED, "This page has only forms."),
    }
}

/// Returns whether a form is one of ours.
pub(super) fn is_our_form(keys: &Keys, form: &Fields) -> bool {
    form.one(FORM_KEY).is_some_and(|shown| keys.form.is(shown))
}

/// Returns the name of the cookie: browsers give every port of a machine the same cookies.
pub(super) fn cookie(authority: &str) -> String {
    let port = authority.rsplit(':').next().unwrap_or_default();
    format!("deployer-ui-{port}")
}

fn shows_token(keys: &Keys, request: &Parts) -> bool {
    let query = request.uri.query().unwrap_or_default();
    let shown = Fields::read(query.as_bytes());
    shown
        .one("token")
        .is_some_and(|shown| keys.token.is(shown) || keys.opener.take(shown))
}

fn has_session(keys: &Keys, authority: &str, headers: &HeaderMap) -> bool {
    let name = cookie(authority);
    let sent = headers.get_all(header::COOKIE).iter();
    let sent = sent.filter_map(|cookies| cookies.to_str().ok());
    let mut pairs = sent
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs.any(|(other, value)| other == name && keys.session.is(value))
}

/// Returns a header that comes once; one that comes twice says nothing that can be relied on.
fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => Some(value.to_str().unwrap_or("?")),
        (None, _) => None,
        (Some(_), Some(_)) => Some("?"),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{Request, StatusCode};

    use super::{FORM_KEY, Fields, Judgment, Keys, cookie, is_our_form, judge};

    const HERE: &str = "127.0.0.1:4740";

    fn judged(keys: &Keys, method: &str, path: &str, headers: &[(&str, &str)]) -> Judgment {
        let request = Request::builder().method(method).uri(path);
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        judge(keys, HERE, &request.body(()).unwrap().into_parts().0)
    }

    fn status(judgment: &Judgment) -> Option<StatusCode> {
        match judgment {
            Judgment::Refused(status, _) => Some(*status),
            _ => None,
        }
    }

    #[test]
    fn only_the_token_lets_in_and_only_the_cookie_is_answered() {
        let keys = Keys::random().unwrap();
        let with =
            |token: &str| judged(&keys, "GET", &format!("/?token={token}"), &[("host", HERE)]);
        assert_eq!(with(keys.token.tell()), Judgment::LetIn);
        for wrong in ["", "x", keys.session.tell(), keys.form.tell()] {
            assert_eq!(
                status(&with(wrong)),
                Some(StatusCode::UNAUTHORIZED),
                "{wrong}"
            );
        }
        let of = |cookie: &str| {
            judged(
                &keys,
                "GET",
                "/executions",
                &[("host", HERE), ("cookie", cookie)],
            )
        };
        let ours = format!("{}={}", cookie(HERE), keys.session.tell());
        assert_eq!(of(&ours), Judgment::Answered);
        assert_eq!(of(&format!("other=1; {ours}")), Judgment::Answered);
        for wrong in [
            String::new(),
            format!("deployer-ui-1={}", keys.session.tell()),
            format!("{}={}", cookie(HERE), keys.token.tell()),
        ] {
            assert_eq!(
                status(&of(&wrong)),
                Some(StatusCode::UNAUTHORIZED),
                "{wrong}"
            );
        }
        let elsewhere = judged(
            &keys,
            "GET",
            &format!("/executions?token={}", keys.token.tell()),
            &[("host", HERE)],
        );
        assert_eq!(status(&elsewhere), Some(StatusCode::UNAUTHORIZED));
    }

    #[test]
    fn a_foreign_host_is_refused_with_token_and_cookie() {
        let keys = Keys::random().unwrap();
        let ours = format!("{}={}", cookie(HERE), keys.session.tell());
        let token = format!("/?token={}", keys.token.tell());
        for host in [
            "evil.example:4740",
            "127.0.0.1",
            "127.0.0.1:4741",
            "localhost:4740",
            "[::1]:4740",
            "",
        ] {
            for path in ["/", &token] {
                let judgment = judged(&keys, "GET", path, &[("host", host), ("cookie", &ours)]);
                assert_eq!(
                    status(&judgment),
                    Some(StatusCode::MISDIRECTED_REQUEST),
                    "{host}"
                );
            }
        }
        let twice = judged(
            &keys,
            "GET",
            "/",
            &[("host", HERE), ("host", "evil.example"), ("cookie", &ours)],
        );
        assert_eq!(status(&twice), Some(StatusCode::MISDIRECTED_REQUEST));
        let named = judged(
            &keys,
            "GET",
            "http://evil.example/",
            &[("host", HERE), ("cookie", &ours)],
        );
        assert_eq!(status(&named), Some(StatusCode::MISDIRECTED_REQUEST));
        let none = judged(&keys, "GET", "/", &[("cookie", &ours)]);
        assert_eq!(status(&none), Some(StatusCode::MISDIRECTED_REQUEST));
    }

    #[test]
    fn what_changes_something_comes_from_here() {
        let keys = Keys::random().unwrap();
        let ours = format!("{}={}", cookie(HERE), keys.session.tell());
        let of = |method: &str, more: &[(&str, &str)]| {
            let headers = [&[("host", HERE), ("cookie", ours.as_str())], more].concat();
            judged(&keys, method, "/callbacks/answer", &headers)
        };
        let here = ("origin", "http://127.0.0.1:4740");
        assert_eq!(of("POST", &[here]), Judgment::Answered);
        assert_eq!(
            of("POST", &[here, ("sec-fetch-site", "same-origin")]),
            Judgment::Answered
        );
        assert_eq!(of("GET", &[("sec-fetch-site", "none")]), Judgment::Answered);
        let foreign = [
            "https://evil.example",
            "http://127.0.0.1:4741",
            "http://localhost:4740",
            "https://127.0.0.1:4740",
            "null",
        ];
        for origin in foreign {
            for method in ["GET", "POST"] {
                assert_eq!(
                    status(&of(method, &[("origin", origin)])),
                    Some(StatusCode::FORBIDDEN),
                    "{origin}"
                );
            }
        }
        assert_eq!(
            status(&of("POST", &[])),
            Some(StatusCode::FORBIDDEN),
            "without an origin"
        );
        for site in ["cross-site", "same-site"] {
            assert_eq!(
                status(&of("GET", &[("sec-fetch-site", site)])),
                Some(StatusCode::FORBIDDEN)
            );
            assert_eq!(
                status(&of("POST", &[here, ("sec-fetch-site", site)])),
                Some(StatusCode::FORBIDDEN)
            );
        }
        for method in ["PUT", "DELETE", "OPTIONS", "PATCH"] {
            assert_eq!(
                status(&of(method, &[here])),
                Some(StatusCode::METHOD_NOT_ALLOWED)
            );
        }
    }

    #[test]
    fn a_form_of_others_is_none_of_ours() {
        let keys = Keys::random().unwrap();
        let form = |key: &str| Fields::default().with(FORM_KEY, key);
        assert!(is_our_form(&keys, &form(keys.form.tell())));
        assert!(!is_our_form(&keys, &form(keys.session.tell())));
        assert!(!is_our_form(&keys, &form("")));
        assert!(!is_our_form(&keys, &Fields::default()));
    }
}
