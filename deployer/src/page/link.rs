//! Where things are shown.

use super::fields::Fields;

/// Returns where one execution is shown.
pub(super) fn execution(arn: &str) -> String {
    Fields::default().with("arn", arn).link("/execution")
}

/// Returns where the executions of a workflow are listed, those of a version only where one is given.
pub(super) fn executions(workflow: &str, version: Option<&str>) -> String {
    let fields = Fields::default().with("workflow", workflow);
    match version {
        Some(version) => fields.with("version", version),
        None => fields,
    }
    .link("/executions")
}

/// Returns where a callback of an execution is answered.
pub(super) fn answer(arn: &str, callback: &str) -> String {
    let fields = Fields::default().with("arn", arn);
    fields.with("callback", callback).link("/callbacks/answer")
}

/// Returns where the messages of a queue are shown.
pub(super) fn letters(workflow: &str, queue: &str) -> String {
    let fields = Fields::default().with("workflow", workflow);
    fields.with("queue", queue).link("/letters/queue")
}
