//! How many messages wait where.

use aws_sdk_sqs::types::QueueAttributeName as Name;
use serde::Serialize;

use super::workflow::{in_a_line, outputs_ending};
use crate::apply::LiveStack;
use crate::aws::{Clients, failed};
use crate::error::Result;

/// What a queue is for, by the output that names it.
const ROLES: [(&str, &str); 3] = [
    ("Intake", "queue"),
    ("IntakeDeadLetter", "dead letters"),
    ("OrchestratorFailure", "failed executions"),
];

/// How many messages are in a queue, roughly, as SQS counts.
#[derive(Debug, Clone, Serialize)]
pub struct QueueStatus {
    /// What the queue is for.
    pub role: String,
    /// Its URL.
    pub url: String,
    /// Messages that wait.
    pub visible: u64,
    /// Messages that are being worked on.
    pub in_flight: u64,
    /// Messages that are not to be seen yet.
    pub delayed: u64,
}

pub(super) async fn look(clients: &Clients, live: &LiveStack) -> (Vec<QueueStatus>, Vec<String>) {
    let mut found = Vec::new();
    let mut problems = Vec::new();
    let urls = outputs_ending(live, "QueueUrl");
    for (output, url) in urls {
        let role = ROLES
            .iter()
            .find(|(name, _)| *name == output)
            .map_or(output, |(_, role)| role);
        match read(clients, role, url).await {
            Ok(queue) => found.push(queue),
            Err(error) => problems.push(in_a_line(&error)),
        }
    }
    (found, problems)
}

async fn read(clients: &Clients, role: &str, url: &str) -> Result<QueueStatus> {
    let names = [
        Name::ApproximateNumberOfMessages,
        Name::ApproximateNumberOfMessagesNotVisible,
        Name::ApproximateNumberOfMessagesDelayed,
    ];
    let read = clients
        .sqs
        .get_queue_attributes()
        .queue_url(url)
        .set_attribute_names(Some(names.to_vec()))
        .send()
        .await
        .map_err(failed(format!("the queue `{url}` could not be read")))?;
    let count = |name: Name| {
        read.attributes()
            .and_then(|attributes| attributes.get(&name)?.parse().ok())
            .unwrap_or_default()
    };
    Ok(QueueStatus {
        role: role.to_owned(),
        url: url.to_owned(),
        visible: count(Name::ApproximateNumberOfMessages),
        in_flight: count(Name::ApproximateNumberOfMessagesNotVisible),
        delayed: count(Name::ApproximateNumberOfMessagesDelayed),
    })
}
