//! One thing that failed, in AWS's own words.

use std::fmt;

use crate::resources::STACK;

/// One thing that failed, in AWS's own words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResourceFailure {
    /// The operation that it belongs to; a rollback has another than what it rolls back.
    pub operation: Option<String>,
    /// The logical id.
    pub resource: String,
    /// The type.
    pub resource_type: String,
    /// CloudFormation's status, or the name of the validation.
    pub status: String,
    /// AWS's reason, where it gives one.
    pub reason: Option<String>,
}

/// All that failed, as far as it may be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Failures {
    /// What failed, in the order of time.
    pub found: Vec<ResourceFailure>,
    /// Why there may be more: what could not be read, in words.
    pub unread: Option<String>,
}

impl Failures {
    /// Adds what failed later.
    pub fn extend(&mut self, later: Self) {
        self.found.extend(later.found);
        self.unread = self.unread.take().or(later.unread);
    }
}

impl From<Vec<ResourceFailure>> for Failures {
    fn from(found: Vec<ResourceFailure>) -> Self {
        Self {
            found,
            unread: None,
        }
    }
}

/// What CloudFormation writes where something stopped because something else had failed.
const FOLLOW_UPS: [&str; 5] = [
    "cancelled",
    "the following resource(s) failed",
    "rollback requested by",
    "dependent resource",
    "resource handler was not invoked",
];

impl ResourceFailure {
    /// Returns whether this failed by itself, rather than because something else had.
    pub fn is_cause(&self) -> bool {
        let reason = self.reason.as_deref().unwrap_or_default().to_lowercase();
        self.resource_type != STACK && !FOLLOW_UPS.iter().any(|text| reason.contains(text))
    }

    /// Returns AWS's reason without the frame that CloudFormation puts around it.
    pub fn words(&self) -> &str {
        let Some(reason) = &self.reason else {
            return &self.status;
        };
        let inner = reason
            .strip_prefix("Resource handler returned message: \"")
            .and_then(|rest| rest.split_once("\" (RequestToken:"));
        inner.map_or(reason, |(inner, _)| inner)
    }
}

impl fmt::Display for ResourceFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.resource.is_empty() {
            return formatter.write_str(self.words());
        }
        write!(
            formatter,
            "{} ({}): {}",
            self.resource,
            self.resource_type,
            self.words()
        )
    }
}
