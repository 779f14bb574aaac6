//! The parts of requests that several operations share.

use std::sync::Arc;

use crate::execution::api::ApiError;
use crate::execution::names;
use crate::execution::service::{Core, Entry};

/// The most items of a page, and how many a page has when the caller does not say.
const MOST_ITEMS: usize = 1_000;
const DEFAULT_ITEMS: usize = 100;

/// Returns the execution of an ARN.
pub(crate) fn find(core: &Core, arn: &str) -> Result<Arc<Entry>, ApiError> {
    if names::execution_id(arn).is_none() {
        return Err(ApiError::invalid(format!(
            "Invalid durable execution ARN: {arn}"
        )));
    }
    core.find(arn).ok_or_else(|| unknown(arn))
}

/// Returns the error of an ARN that no execution has.
pub(crate) fn unknown(arn: &str) -> ApiError {
    ApiError::not_found(format!("Durable execution not found: {arn}"))
}

/// The query of a request.
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query.
    pub(crate) fn new(text: Option<&str>) -> Self {
        let text = text.unwrap_or_default();
        Self(
            form_urlencoded::parse(text.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    /// Returns the first value of a name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Returns all values of a name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Returns a switch; a value that is none is refused.
    pub(crate) fn switch(&self, name: &str, otherwise: bool) -> Result<bool, ApiError> {
        match self.get(name) {
            None => Ok(otherwise),
            Some("true" | "True") => Ok(true),
            Some("false" | "False") => Ok(false),
            Some(value) => Err(ApiError::invalid(format!("Invalid {name}: {value}"))),
        }
    }

    /// Returns `MaxItems`.
    pub(crate) fn max_items(&self) -> Result<usize, ApiError> {
        match self
            .get("MaxItems")
            .map(|value| (value, value.parse::<usize>()))
        {
            None | Some((_, Ok(0))) => Ok(DEFAULT_ITEMS),
            Some((_, Ok(items))) if items <= MOST_ITEMS => Ok(items),
            Some((value, _)) => Err(ApiError::invalid(format!("Invalid MaxItems: {value}"))),
        }
    }
}
