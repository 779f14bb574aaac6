//! From all that failed to the first real cause.

use super::failure::{Failures, ResourceFailure};
use super::hints::hint;
use crate::deploy::link::Template;
use crate::error::Error;

/// Why an operation failed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diagnosis {
    /// The first real cause: resource, type, `file:line` and AWS's own reason.
    pub cause: Option<String>,
    /// What failed by itself besides, in the order of time.
    pub others: Vec<String>,
    /// What could not be read, and why: the cause may be among it.
    pub unread: Option<String>,
    /// What to do, where the cause is a known one.
    pub hint: Option<String>,
    /// The operations that the failures belong to, such as an update and its rollback.
    pub operations: Vec<String>,
}

/// Finds the first real cause in `failures`; `fallback` is the stack's own reason.
pub fn diagnose(failures: &Failures, template: &Template, fallback: Option<&str>) -> Diagnosis {
    let mut diagnosis = Diagnosis {
        unread: failures.unread.clone(),
        ..Diagnosis::default()
    };
    for failure in &failures.found {
        if let Some(operation) = &failure.operation
            && !diagnosis.operations.contains(operation)
        {
            diagnosis.operations.push(operation.clone());
        }
    }
    let mut causes = failures.found.iter().filter(|failure| failure.is_cause());
    match (causes.next(), fallback) {
        (Some(first), _) => {
            diagnosis.cause = Some(written(first, template));
            diagnosis.hint = hint(first);
        }
        (None, Some(reason)) => {
            let stack = ResourceFailure {
                reason: Some(reason.to_owned()),
                ..ResourceFailure::default()
            };
            diagnosis.cause = Some(reason.to_owned());
            diagnosis.hint = hint(&stack);
        }
        (None, None) => {}
    }
    for other in causes.map(|failure| written(failure, template)) {
        if diagnosis.cause.as_ref() != Some(&other) && !diagnosis.others.contains(&other) {
            diagnosis.others.push(other);
        }
    }
    diagnosis
}

impl Diagnosis {
    /// Adds the cause, what failed besides, and the way out to an error; `otherwise` is the hint for an unknown cause.
    pub fn explain(self, error: Error, otherwise: &str) -> Error {
        let mut error = error;
        for other in self.others {
            error = error.detail(format!("failed too: {other}"));
        }
        if !self.operations.is_empty() {
            error = error.detail(format!("operations: {}", self.operations.join(", ")));
        }
        if let Some(unread) = self.unread {
            error = error.detail(format!(
                "{unread}; allow `cloudformation:DescribeEvents`, as `deployer policy` prints it"
            ));
        }
        if let Some(cause) = self.cause {
            error = error.caused_by(cause);
        }
        error.hint(self.hint.unwrap_or_else(|| otherwise.to_owned()))
    }
}

fn written(failure: &ResourceFailure, template: &Template) -> String {
    match template.place(&failure.resource) {
        Some(place) => format!(
            "{} ({}, {place}): {}",
            failure.resource,
            failure.resource_type,
            failure.words()
        ),
        None => failure.to_string(),
    }
}
