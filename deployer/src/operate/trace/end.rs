//! What a message or an execution came to, from what was found of it. Pure.

use super::lines::Delivery;
use super::model::End;
use crate::operate::executions::{ErrorView, ExecutionView};

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found<'a> {
    /// The message that was asked for, where it was one.
    pub(super) message: Option<&'a str>,
    /// The name of the execution.
    pub(super) name: Option<&'a str>,
    /// What intermediaries wrote, in order.
    pub(super) deliveries: &'a [Delivery],
    /// Whether there is an idempotency record.
    pub(super) has_record: bool,
    /// The execution.
    pub(super) execution: Option<&'a ExecutionView>,
    /// Why it is in the dead-letter queue, where it is: the reason's name and words.
    pub(super) dead: Option<(String, String)>,
    /// Whether it is in the queue of failed executions.
    pub(super) in_failure_queue: bool,
}

/// Returns what it came to.
pub(super) fn end(found: &Found<'_>) -> End {
    if let (Some(message), Some(name)) = (found.message, found.name)
        && found.is_duplicate(message)
    {
        return End::Duplicate {
            execution: name.to_owned(),
            arn: found.execution.map(|execution| execution.arn.clone()),
            status: found.execution.map(|execution| execution.status.clone()),
        };
    }
    // A message that was given up may carry the name of an execution that another message began.
    let own = found.message.is_none() || found.was_started();
    if let (Some(execution), true) = (found.execution, own || found.dead.is_none()) {
        return of_execution(execution, found.in_failure_queue);
    }
    if let Some((reason, why)) = found.dead.clone() {
        return End::DeadLetter { reason, why };
    }
    match (found.name, found.deliveries.last()) {
        (_, Some(last)) if is_unhandled(last) => End::OnItsWay {
            why: last.reason.clone(),
        },
        (Some(name), Some(_)) => End::Forgotten {
            execution: name.to_owned(),
        },
        (Some(name), None) if found.has_record => End::Forgotten {
            execution: name.to_owned(),
        },
        _ => End::Unknown,
    }
}

fn is_unhandled(delivery: &Delivery) -> bool {
    matches!(delivery.outcome.as_str(), "failed" | "refused")
}

impl Found<'_> {
    fn is_duplicate(&self, message: &str) -> bool {
        let mut own = self
            .deliveries
            .iter()
            .filter(|delivery| delivery.message == message);
        let outcome = |delivery: &Delivery, outcome: &str| delivery.outcome == outcome;
        let started = own.clone().any(|delivery| outcome(delivery, "started"));
        !started && own.any(|delivery| outcome(delivery, "duplicate"))
    }

    fn was_started(&self) -> bool {
        self.deliveries.iter().any(|delivery| {
            delivery.outcome == "started" && self.message == Some(delivery.message.as_str())
        })
    }
}

fn of_execution(execution: &ExecutionView, in_failure_queue: bool) -> End {
    let (arn, status) = (execution.arn.clone(), execution.status.clone());
    if !execution.is_finished() {
        let waiting = execution.waiting_for.iter();
        return End::GoesOn {
            arn,
            status,
            waiting_for: waiting.map(|waiting| waiting.operation.clone()).collect(),
        };
    }
    if status == "SUCCEEDED" {
        return End::Succeeded { arn };
    }
    End::Failed {
        arn,
        status,
        error: execution.error.as_ref().map(ErrorView::in_words),
        in_failure_queue,
    }
}

#[cfg(test)]
mod tests {
    use durable_history::{Description, Record, Timestamp};

    use super::{End, Found, end};
    use crate::operate::executions::ExecutionView;
    use crate::operate::trace::lines::Delivery;

    fn delivery(message: &str, outcome: &str) -> Delivery {
        Delivery {
            at: Timestamp::default(),
            workflow: "orders".to_owned(),
            message: message.to_owned(),
            execution: Some("dev-1".to_owned()),
            outcome: outcome.to_owned(),
            reason: (outcome == "failed").then(|| "throttled".to_owned()),
            number: Some(1),
        }
    }

    fn execution(status: &str) -> ExecutionView {
        ExecutionView::of(&Record {
            execution: Description {
                status: status.to_owned(),
                durable_execution_arn: "arn".to_owned(),
                ..Description::default()
            },
            events: Vec::new(),
        })
    }

    #[test]
    fn an_execution_that_is_there_is_the_end_of_its_messages() {
        let deliveries = [delivery("m-1", "started")];
        for (status, kind) in [
            ("SUCCEEDED", "succeeded"),
            ("FAILED", "failed"),
            ("STOPPED", "failed"),
            ("RUNNING", "goes-on"),
            ("PAUSED", "goes-on"),
        ] {
            let execution = execution(status);
            for message in [None, Some("m-1")] {
                let found = Found {
                    message,
                    name: Some("dev-1"),
                    deliveries: &deliveries,
                    execution: Some(&execution),
                    ..Found::default()
                };
                let told = serde_json::to_value(end(&found)).unwrap();
                assert_eq!(told["kind"], kind, "{status}");
            }
        }
    }

    #[test]
    fn a_duplicate_is_told_from_the_message_that_came_first() {
        let execution = execution("SUCCEEDED");
        let deliveries = [delivery("m-1", "started"), delivery("m-2", "duplicate")];
        let found = |message| Found {
            message: Some(message),
            name: Some("dev-1"),
            deliveries: &deliveries,
            execution: Some(&execution),
            ..Found::default()
        };
        assert!(matches!(end(&found("m-1")), End::Succeeded { .. }));
        assert!(matches!(end(&found("m-2")), End::Duplicate { .. }));
        // Delivered twice, and started at the first time.
        let twice = [delivery("m-1", "started"), delivery("m-1", "duplicate")];
        let found = Found {
            deliveries: &twice,
            ..found("m-1")
        };
        assert!(matches!(end(&found), End::Succeeded { .. }));
    }

    #[test]
    fn a_message_that_was_given_up_ends_in_its_queue_although_its_name_is_taken() {
        let execution = execution("SUCCEEDED");
        let deliveries = [delivery("m-2", "refused")];
        let found = Found {
            message: Some("m-2"),
            name: Some("dev-1"),
            deliveries: &deliveries,
            execution: Some(&execution),
            dead: Some(("name-taken".to_owned(), "taken".to_owned())),
            ..Found::default()
        };
        assert!(matches!(end(&found), End::DeadLetter { .. }));
    }

    #[test]
    fn what_is_lost_is_not_made_up() {
        let failed = [delivery("m-1", "failed")];
        let found = Found {
            message: Some("m-1"),
            name: Some("dev-1"),
            deliveries: &failed,
            ..Found::default()
        };
        let why = Some("throttled".to_owned());
        assert_eq!(end(&found), End::OnItsWay { why });
        let started = [delivery("m-1", "started")];
        let execution = "dev-1".to_owned();
        let found = Found {
            deliveries: &started,
            ..found
        };
        assert_eq!(end(&found), End::Forgotten { execution });
        assert_eq!(end(&Found::default()), End::Unknown);
    }
}
