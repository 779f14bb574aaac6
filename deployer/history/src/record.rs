//! All that the service tells of one execution, as it is kept in a file.

use serde::{Deserialize, Serialize};

use crate::error_object::ErrorObject;
use crate::event::HistoryEvent;
use crate::history::History;
use crate::timestamp::Timestamp;

/// An execution as `GetDurableExecution` describes it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Description {
    /// Its ARN.
    pub durable_execution_arn: String,
    /// Its name.
    pub durable_execution_name: String,
    /// The function, with the version that it is pinned to.
    pub function_arn: String,
    /// That version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Where it stands, in the service's own word.
    pub status: String,
    /// When it began.
    pub start_timestamp: Timestamp,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_timestamp: Option<Timestamp>,
    /// What it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_payload: Option<String>,
    /// Its result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// Its error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorObject>,
}

impl Description {
    /// Returns whether nothing more will happen in it. A status that is not known here may be one of an
    /// execution that goes on.
    pub fn is_finished(&self) -> bool {
        is_finished(&self.status)
    }
}

/// Returns whether nothing more will happen in an execution of a status, in the service's own word.
pub fn is_finished(status: &str) -> bool {
    matches!(
        status,
        "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "STOPPED" | "DELETING"
    )
}

/// All that the service tells of one execution. As JSON it is what the service answers:
/// `Execution` from `GetDurableExecution`, `Events` from `GetDurableExecutionHistory`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Record {
    /// The execution.
    pub execution: Description,
    /// Its history, from the start.
    pub events: Vec<HistoryEvent>,
}

impl Record {
    /// Reads a record from JSON.
    ///
    /// # Errors
    ///
    /// A text that is no record.
    pub fn read(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// Returns the record as JSON, an event a line, with a newline at its end: the same record, the same bytes.
    ///
    /// # Errors
    ///
    /// None in practice; those of the serializer.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let execution = serde_json::to_string(&self.execution)?;
        let events = self.events.iter().map(serde_json::to_string);
        let events = events.collect::<Result<Vec<_>, _>>()?.join(",\n");
        Ok(format!(
            "{{\"Execution\":{execution},\n\"Events\":[\n{events}\n]}}\n"
        ))
    }

    /// Returns what the events come to.
    pub fn history(&self) -> History {
        History::of(self.events.iter().cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::{Record, is_finished};

    #[test]
    fn what_the_service_answers_is_a_record() {
        let answered = r#"{"Execution": {"DurableExecutionArn": "a", "DurableExecutionName": "n",
            "FunctionArn": "f:1", "StartTimestamp": 1.5, "Status": "PAUSED", "Version": "1",
            "DurableConfig": {"RetentionPeriodInDays": 1}, "Later": 1}, "Events": []}"#;
        let record = Record::read(answered).unwrap();
        assert_eq!(record.execution.status, "PAUSED");
        assert!(!record.execution.is_finished());
        assert!(Record::read("{}").is_err());
    }

    #[test]
    fn what_is_paused_or_not_known_goes_on() {
        for status in ["RUNNING", "PAUSING", "PAUSED", "SOMETHING_NEW"] {
            assert!(!is_finished(status), "{status}");
        }
        for status in ["SUCCEEDED", "FAILED", "TIMED_OUT", "STOPPED", "DELETING"] {
            assert!(is_finished(status), "{status}");
        }
    }
}
