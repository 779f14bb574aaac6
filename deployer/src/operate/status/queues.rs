//! How many messages wait where.

use serde::Serialize;

use crate::aws::{Clients, Messages, messages};
use crate::stack::LiveStack;
use crate::stack::outputs::queue_role;

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
    for (output, url) in live.outputs.queues() {
        match messages(clients, url).await {
            Ok(messages) => found.push(QueueStatus {
                role: queue_role(output).to_owned(),
                url: url.to_owned(),
                messages,
            }),
            Err(error) => problems.push(error.in_a_line()),
        }
    }
    (found, problems)
}
