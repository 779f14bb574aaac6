//! Which callback of an execution is meant.

use durable_history::{ErrorObject, History, Operation, OperationStatus};

use super::open::{OpenCallback, is_within, waiting};
use crate::error::{Error, Kind, Result};
use crate::operate::executions::Listed;

/// Returns the open callback of an execution that is named so, or is inside of an operation of that name;
/// the only open one, where no name is given.
///
/// # Errors
///
/// Several match, which are listed; none matches, which says how those that did were closed, or what is
/// open instead. Nothing is guessed.
pub fn choose(
    execution: &Listed,
    history: &History,
    operation: Option<&str>,
) -> Result<OpenCallback> {
    let matches =
        |candidate: &&Operation| operation.is_none_or(|name| is_within(history, candidate, name));
    let open: Vec<&Operation> = waiting(history).filter(matches).collect();
    let chosen = match open.as_slice() {
        [only] => OpenCallback::of(execution, history, only),
        [] => return Err(none(execution, history, operation)),
        several => return Err(ambiguous(execution, history, operation, several)),
    };
    let defect = || Error::new(Kind::Bug, "a callback that waits has no id");
    chosen.ok_or_else(defect)
}

fn ambiguous(
    execution: &Listed,
    history: &History,
    operation: Option<&str>,
    several: &[&Operation],
) -> Error {
    let within = operation.map(|name| format!(" in `{name}`"));
    let message = format!(
        "{} callbacks of `{}` are open{}",
        several.len(),
        execution.name,
        within.unwrap_or_default()
    );
    let error = Error::new(Kind::WrongState, message);
    let told = several.iter().map(|callback| path(history, callback));
    told.fold(error, Error::detail)
        .hint("name the one that is meant, or an operation around it alone")
}

fn none(execution: &Listed, history: &History, operation: Option<&str>) -> Error {
    let name = &execution.name;
    let closed = history.operations.iter().rev().find(|candidate| {
        candidate.callback.is_some()
            && candidate.is_over()
            && operation.is_none_or(|name| is_within(history, candidate, name))
    });
    let what = match (closed, operation, history.execution.ended) {
        (Some(closed), _, _) => format!(
            "the callback `{}` of `{name}` {}",
            history.name_of(closed).unwrap_or(&closed.id),
            how_it_closed(closed)
        ),
        (None, _, Some(ended)) => format!(
            "`{name}` is {}, and waits for no answer any more",
            ended.as_str()
        ),
        (None, Some(operation), None) => format!("`{name}` has no open callback `{operation}`"),
        (None, None, None) => format!("`{name}` has no open callback"),
    };
    let open: Vec<String> = waiting(history)
        .map(|callback| path(history, callback))
        .collect();
    let error = Error::new(Kind::WrongState, what);
    if open.is_empty() {
        error.hint(format!(
            "`deployer executions show {name}` tells how it stands"
        ))
    } else {
        error.hint(format!("open is: {}", open.join(", ")))
    }
}

fn how_it_closed(closed: &Operation) -> String {
    let at = closed
        .ended_at
        .unwrap_or(closed.started_at)
        .to_rfc3339_seconds();
    let error = closed.error.as_ref().map(ErrorObject::in_words);
    let error = error.as_deref().map(printable);
    match closed.status {
        OperationStatus::Succeeded => format!("was answered at {at}"),
        OperationStatus::TimedOut => format!("timed out at {at}"),
        OperationStatus::Failed => format!(
            "was answered at {at} with an error: {}",
            error.unwrap_or_default()
        ),
        _ => format!("was closed at {at}"),
    }
}

/// Returns a text of others with what does not print written out: it becomes a part of our own.
fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' | '\'' | '\\' => printable.push(character),
            other => printable.extend(other.escape_debug()),
        }
    }
    printable
}

/// Returns the names of the operations around a callback and its own, the outermost first.
fn path(history: &History, callback: &Operation) -> String {
    let mut names: Vec<&str> = history
        .ancestry(callback)
        .filter_map(|around| around.name.as_deref())
        .collect();
    names.reverse();
    if names.is_empty() {
        callback.id.clone()
    } else {
        names.join(" > ")
    }
}

#[cfg(test)]
mod tests;
