//! What arrives at a function URL.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

/// The longest form that is read.
const LONGEST_BODY: usize = 4096;

/// A request, as a function URL hands it on in its payload format 2.0.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    #[serde(default)]
    raw_path: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
    #[serde(rename = "requestContext")]
    context: Context,
}

#[derive(Clone, Deserialize)]
struct Context {
    http: Http,
}

#[derive(Clone, Deserialize)]
struct Http {
    method: String,
}

/// A request holds a token, so nothing of it is shown.
impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Request(…)")
    }
}

impl Request {
    /// Returns the method.
    pub(crate) fn method(&self) -> &str {
        &self.context.http.method
    }

    /// Returns what the path has after its `/`: a token, or whatever else somebody tries.
    pub(crate) fn token(&self) -> &str {
        self.raw_path.strip_prefix('/').unwrap_or(&self.raw_path)
    }

    /// Returns the languages that the browser asks for.
    pub(crate) fn languages(&self) -> &str {
        let mut headers = self.headers.iter();
        let found = headers.find(|(name, _)| name.eq_ignore_ascii_case("accept-language"));
        found.map_or("", |(_, value)| value)
    }

    /// Returns what the form says in a field.
    pub(crate) fn field(&self, wanted: &str) -> Option<String> {
        let body = self.body.as_deref()?;
        if body.len() > LONGEST_BODY {
            return None;
        }
        let bytes = if self.is_base64_encoded {
            STANDARD.decode(body).ok()?
        } else {
            body.as_bytes().to_vec()
        };
        form_urlencoded::parse(&bytes)
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.into_owned())
    }
}
