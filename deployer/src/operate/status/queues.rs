//! How many messages wait where.

use serde::Serialize;

use super::workflow::{in_a_line, outputs_ending};
use crate::aws::{Clients, Messages, messages};
use crate::stack::LiveStack;

/// What a queue is for, by the output that names it.
const ROLES: [(&str, &str); 3] = [
    ("Intake", "queue"),
    ("IntakeDeadLetter", "dead letters"),
    ("OrchestratorFailure", "failed executions"),
];

/// A queue, and how many messages are in it.
#[derive(Debug, Clone, Serialize)]
pub struct QueueStatus {
    /// What the queue is for.
    pub role: String,
    /// Its URL.
    pub url: String,
    /// Its messages.
    #[serde(flatten)]
    pub messages: Messages,
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
        match messages(clients, url).await {
            Ok(messages) => found.push(QueueStatus {
                role: role.to_owned(),
                url: url.to_owned(),
                messages,
            }),
            Err(error) => problems.push(in_a_line(&error)),
        }
    }
    (found, problems)
}
