//! One line of a function's log.

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde::Serialize;
use serde_json::{Map, Value};

/// One line of a function's log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogLine {
    /// When it was written, in milliseconds since 1970.
    pub timestamp: i64,
    /// The workflow.
    pub workflow: String,
    /// The function.
    pub function: String,
    /// CloudWatch's id of the event; no other event has it.
    pub id: String,
    /// What was written: the object of a JSON line, or text.
    pub message: Value,
}

impl LogLine {
    /// Returns a line; text that is a JSON object becomes one.
    pub(super) fn new(
        (workflow, function): (&str, &str),
        timestamp: i64,
        id: &str,
        text: &str,
    ) -> Self {
        let text = text.trim_end();
        let message = match serde_json::from_str(text) {
            Ok(Value::Object(fields)) => Value::Object(fields),
            _ => Value::String(text.to_owned()),
        };
        Self {
            timestamp,
            workflow: workflow.to_owned(),
            function: function.to_owned(),
            id: id.to_owned(),
            message,
        }
    }

    /// Returns when it was written, for people.
    pub fn time(&self) -> String {
        let second = DateTime::from_secs(self.timestamp.div_euclid(1000));
        let second = second.fmt(Format::DateTime).unwrap_or_default();
        let milliseconds = self.timestamp.rem_euclid(1000);
        format!("{}.{milliseconds:03}Z", second.trim_end_matches('Z'))
    }

    /// Returns the level, where the line names one.
    pub fn level(&self) -> Option<&str> {
        self.message.get("level").and_then(Value::as_str)
    }

    /// Returns what the line says and its further fields as `name=value`.
    pub fn text(&self) -> String {
        let Value::Object(fields) = &self.message else {
            return self.message.as_str().unwrap_or_default().to_owned();
        };
        if let Some(platform) = platform(fields) {
            return platform;
        }
        let mut parts: Vec<String> = fields.get("message").map(plain).into_iter().collect();
        parts.extend(
            fields
                .iter()
                .filter(|(name, _)| !TOLD.contains(&name.as_str()))
                .map(|(name, value)| format!("{name}={}", plain(value))),
        );
        parts.join(" ")
    }
}

/// The fields that are told elsewhere in a line, or tell nothing.
const TOLD: [&str; 6] = [
    "level",
    "message",
    "requestId",
    "span",
    "target",
    "timestamp",
];

/// Returns a line that Lambda itself wrote, such as `platform.report`.
fn platform(fields: &Map<String, Value>) -> Option<String> {
    let kind = fields.get("type")?.as_str()?;
    let record = fields.get("record")?.as_object()?;
    let mut parts = vec![kind.to_owned()];
    parts.extend(
        ["requestId", "status", "errorType"]
            .iter()
            .filter_map(|name| {
                let value = record.get(*name)?;
                Some(format!("{name}={}", plain(value)))
            }),
    );
    let metrics = record.get("metrics").and_then(Value::as_object);
    for (name, value) in metrics.into_iter().flatten() {
        parts.push(format!("{name}={}", plain(value)));
    }
    Some(parts.join(" "))
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::LogLine;

    fn line(text: &str) -> LogLine {
        LogLine::new(("orders", "order-processing"), 1_700_000_000_123, "1", text)
    }

    #[test]
    fn a_line_of_json_is_told_with_level_message_and_fields() {
        let line = line(
            r#"{"timestamp":"2026-11-21T21:00:00Z","level":"INFO","message":"record handled","execution_name":"dev-1","receive_count":2,"target":"queue_intermediary"}"#,
        );
        assert_eq!(line.time(), "2023-11-14T22:13:20.123Z");
        assert_eq!(line.level(), Some("INFO"));
        assert_eq!(
            line.text(),
            "record handled execution_name=dev-1 receive_count=2"
        );
    }

    #[test]
    fn a_report_of_lambda_is_told_in_a_line() {
        let line = line(
            r#"{"time":"2026-11-21T21:00:00Z","type":"platform.report","record":{"requestId":"r-1","status":"success","metrics":{"durationMs":12.5,"maxMemoryUsedMB":30}}}"#,
        );
        assert_eq!(line.level(), None);
        assert_eq!(
            line.text(),
            "platform.report requestId=r-1 status=success durationMs=12.5 maxMemoryUsedMB=30"
        );
    }

    #[test]
    fn other_text_is_told_as_it_is() {
        let line = line("START RequestId: r-1 Version: 3\n");
        assert_eq!(line.text(), "START RequestId: r-1 Version: 3");
        assert_eq!(line.level(), None);
    }
}
