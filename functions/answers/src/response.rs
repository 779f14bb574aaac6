//! What a function URL answers with.

use std::collections::BTreeMap;

use maud::Markup;
use serde::Serialize;

use crate::page::style_hash;

/// A response, in the payload format 2.0 of a function URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// The HTTP status.
    pub status_code: u16,
    /// The headers.
    pub headers: BTreeMap<&'static str, String>,
    /// The page.
    pub body: String,
}

impl Response {
    pub(crate) fn page(status_code: u16, page: Markup) -> Self {
        let policy = format!(
            "default-src 'none'; style-src '{}'; form-action 'self'; base-uri 'none'; \
             frame-ancestors 'none'",
            style_hash()
        );
        let headers = [
            ("content-type", "text/html; charset=utf-8"),
            ("content-security-policy", &policy),
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("x-robots-tag", "noindex, nofollow"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("permissions-policy", "interest-cohort=()"),
            ("strict-transport-security", "max-age=63072000"),
        ];
        Self {
            status_code,
            headers: headers.map(|(name, value)| (name, value.to_owned())).into(),
            body: page.into_string(),
        }
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(name, value.to_owned());
        self
    }

    pub(crate) fn without_body(mut self) -> Self {
        self.body.clear();
        self
    }
}
