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

/// Stands for a status where it is unknown what failed.
const UNREAD: &str = "UNREAD";

/// What CloudFormation writes where something stopped because something else had failed.
const FOLLOW_UPS: [&str; 5] = [
    "cancelled",
    "the following resource(s) failed",
    "rollback requested by",
    "dependent resource",
    "resource handler was not invoked",
];

impl ResourceFailure {
    /// Returns what stands for failures that may not be read, `why` in words.
    pub fn unread(why: String) -> Self {
        Self {
            status: UNREAD.to_owned(),
            reason: Some(why),
            ..Self::default()
        }
    }

    /// Returns whether this stands for failures that may not be read.
    pub fn is_unread(&self) -> bool {
        self.status == UNREAD
    }

    /// Returns whether this failed by itself, rather than because something else had.
    pub fn is_cause(&self) -> bool {
        if self.is_unread() {
            return false;
        }
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
