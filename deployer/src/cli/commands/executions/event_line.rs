//! An event of an execution in a line.

use durable_history::{History, HistoryEvent, Record};
use serde_json::json;

use crate::cli::plain::plain;
use crate::operate::executions::ErrorView;

/// Returns an event for people: time since the start, type, operation, error.
pub(super) fn line(record: &Record, history: &History, event: &HistoryEvent) -> String {
    let since = event
        .event_timestamp
        .since(record.execution.start_timestamp);
    let error = error_of(event).unwrap_or_default();
    let operation = operation_of(history, event);
    let line = format!(
        "{:>10.3} s  {:<24}  {:<26}  {}",
        since.as_secs_f64(),
        plain(&event.event_type),
        plain(&operation),
        plain(&error)
    );
    line.trim_end().to_owned()
}

/// Returns an event for programs, without inputs and results: the last document has those.
pub(super) fn document(record: &Record, event: &HistoryEvent) -> String {
    let document = json!({
        "event": "execution-event",
        "execution": record.execution.durable_execution_name,
        "event_id": event.event_id,
        "at": event.event_timestamp.to_rfc3339(),
        "type": event.event_type,
        "operation_id": event.id,
        "operation": event.name,
        "error": error_of(event),
    });
    document.to_string()
}

/// Returns the name of the event's operation, or which one it is in.
fn operation_of(history: &History, event: &HistoryEvent) -> String {
    let operation = event.id.as_ref().and_then(|id| history.operation(id));
    match (
        &event.name,
        operation.and_then(|operation| history.name_of(operation)),
    ) {
        (Some(name), _) => name.clone(),
        (None, Some(around)) => format!("(in {around})"),
        (None, None) => String::new(),
    }
}

fn error_of(event: &HistoryEvent) -> Option<String> {
    let error = event.detail.error()?.payload.as_ref()?;
    Some(ErrorView::of(error).in_words())
}
