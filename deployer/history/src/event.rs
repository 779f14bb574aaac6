//! The events of a history, in the shape in which the service tells them.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::detail::EventDetail;
use crate::timestamp::Timestamp;

/// One event.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct HistoryEvent {
    /// The place in the history, from 1, without gaps.
    pub event_id: u64,
    /// The type, such as `StepSucceeded`.
    pub event_type: String,
    /// When it happened.
    pub event_timestamp: Timestamp,
    /// The operation; nothing for an event of the execution as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The operation's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the SDK made the operation for, such as `Parallel`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_type: Option<String>,
    /// The operation around it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<String>,
    /// What happened.
    #[serde(flatten)]
    pub detail: EventDetail,
}

/// The operation that an event is about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Its id.
    pub id: &'a str,
    /// The operation around it.
    pub parent_id: Option<&'a str>,
    /// Its name.
    pub name: Option<&'a str>,
    /// What the SDK made it for.
    pub sub_type: Option<&'a str>,
}

impl HistoryEvent {
    /// Makes an event of the execution as a whole; its id is given when it is added to a history.
    pub fn of_execution(at: Timestamp, detail: EventDetail) -> Self {
        Self {
            event_id: 0,
            event_type: detail.event_type().to_owned(),
            event_timestamp: at,
            id: None,
            name: None,
            sub_type: None,
            parent_id: None,
            detail,
        }
    }

    /// Makes an event of one operation.
    pub fn of_operation(at: Timestamp, subject: Subject<'_>, detail: EventDetail) -> Self {
        Self {
            id: Some(subject.id.to_owned()),
            name: subject.name.map(str::to_owned),
            sub_type: subject.sub_type.map(str::to_owned),
            parent_id: subject.parent_id.map(str::to_owned),
            ..Self::of_execution(at, detail)
        }
    }

    /// Returns the event without payloads.
    #[must_use]
    pub fn without_data(self) -> Self {
        Self {
            detail: self.detail.without_data(),
            ..self
        }
    }
}

/// What every event has.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Common {
    event_id: u64,
    #[serde(default)]
    event_type: String,
    event_timestamp: Timestamp,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    sub_type: Option<String>,
    #[serde(default)]
    parent_id: Option<String>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl<'de> Deserialize<'de> for HistoryEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Common {
            event_id,
            event_type,
            event_timestamp,
            id,
            name,
            sub_type,
            parent_id,
            rest,
        } = Common::deserialize(deserializer)?;
        Ok(Self {
            detail: detail(&event_type, rest),
            event_id,
            event_type,
            event_timestamp,
            id,
            name,
            sub_type,
            parent_id,
        })
    }
}

/// Reads what an event of a type tells. A newer service may tell of other things, or otherwise; that
/// must not hide the rest of a history.
fn detail(event_type: &str, mut rest: Map<String, Value>) -> EventDetail {
    let member = format!("{event_type}Details");
    let told = rest.get(&member).filter(|told| !told.is_null()).cloned();
    // An event that has nothing to tell may come without its member.
    let told = told.unwrap_or_else(|| Value::Object(Map::new()));
    let known = serde_json::from_value(Value::Object([(member, told)].into_iter().collect()));
    match known {
        Ok(EventDetail::Other(_)) | Err(_) => {
            rest.retain(|_, value| !value.is_null());
            EventDetail::Other(rest)
        }
        Ok(known) => known,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::HistoryEvent;
    use crate::detail::{EventDetail, RetryDetails, whole};
    use crate::timestamp::Timestamp;

    #[test]
    fn an_event_has_the_shape_of_the_api_and_reads_back() {
        let event = HistoryEvent::of_execution(
            Timestamp::from_millis(1500),
            EventDetail::StepSucceeded {
                result: whole(Some("1".to_owned())),
                retry_details: RetryDetails {
                    current_attempt: 1,
                    next_attempt_delay_seconds: None,
                },
            },
        );
        let json = serde_json::to_value(&event).unwrap();
        assert_eq!(
            json,
            json!({
                "EventId": 0, "EventType": "StepSucceeded", "EventTimestamp": 1.5,
                "StepSucceededDetails": {
                    "Result": {"Payload": "1", "Truncated": false},
                    "RetryDetails": {"CurrentAttempt": 1}
                }
            })
        );
        assert_eq!(serde_json::from_value::<HistoryEvent>(json).unwrap(), event);
        let bare = serde_json::to_value(event.without_data()).unwrap();
        assert_eq!(
            bare["StepSucceededDetails"]["Result"],
            json!({"Truncated": false})
        );
    }

    #[test]
    fn a_pause_and_its_end_tell_why_but_not_without_data() {
        for (kind, detail) in [
            (
                "ExecutionPaused",
                json!({"PauseRequestTimestamp": 1.0, "ExecutionTimeoutPaused": true,
                    "Reason": {"Payload": "incident", "Truncated": false}}),
            ),
            (
                "ExecutionResumed",
                json!({"ResumeRequestTimestamp": 1.0,
                    "Reason": {"Payload": "over", "Truncated": false}}),
            ),
        ] {
            let member = format!("{kind}Details");
            let told = json!({
                "EventId": 3, "EventType": kind, "EventTimestamp": 2.0, (member.clone()): detail,
            });
            let event: HistoryEvent = serde_json::from_value(told.clone()).unwrap();
            assert_eq!(event.detail.event_type(), kind);
            assert_eq!(serde_json::to_value(&event).unwrap(), told);
            let bare = serde_json::to_value(event.without_data()).unwrap();
            assert_eq!(bare[member]["Reason"], json!({"Truncated": false}));
        }
    }

    #[test]
    fn what_is_not_known_is_kept_and_hides_nothing() {
        let later = json!({
            "EventId": 3, "EventType": "ExecutionForked", "EventTimestamp": 2.0,
            "ExecutionForkedDetails": {"Reason": "incident"}
        });
        let event: HistoryEvent = serde_json::from_value(later.clone()).unwrap();
        assert_eq!(event.event_type, "ExecutionForked");
        assert!(matches!(event.detail, EventDetail::Other(_)));
        assert_eq!(serde_json::to_value(event).unwrap(), later);
        let more = json!({
            "EventId": 4, "EventType": "StepStarted", "EventTimestamp": 2.0, "Id": "1",
            "StepStartedDetails": {"Later": 1}, "Later": 2
        });
        let event: HistoryEvent = serde_json::from_value(more).unwrap();
        assert_eq!(event.detail, EventDetail::StepStarted {});
    }

    #[test]
    fn an_event_that_has_nothing_to_tell_needs_no_member_for_it() {
        let bare = json!({"EventId": 1, "EventType": "ContextStarted", "EventTimestamp": 0.5});
        let event: HistoryEvent = serde_json::from_value(bare).unwrap();
        assert_eq!(event.detail, EventDetail::ContextStarted {});
    }

    #[test]
    fn what_a_history_leaves_out_hides_no_end_of_an_operation() {
        let bare = json!({"EventId": 1, "EventType": "StepSucceeded", "EventTimestamp": 0.5, "Id": "1",
            "StepSucceededDetails": {}});
        let event: HistoryEvent = serde_json::from_value(bare).unwrap();
        assert!(matches!(event.detail, EventDetail::StepSucceeded { .. }));
    }
}
