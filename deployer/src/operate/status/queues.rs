//! How many messages wait where.

use serde::Serialize;

use super::seen::Seen;
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

pub(super) async fn look(clients: &Clients, live: &LiveStack) -> Seen<QueueStatus> {
    let mut looks = Vec::new();
    for (output, url) in live.outputs.queues() {
        let counted = messages(clients, url).await;
        looks.push(match counted {
            Ok(messages) => Ok(QueueStatus {
                role: queue_role(output).to_owned(),
                url: url.to_owned(),
                messages,
            }),
            Err(error) => Err(error.in_a_line()),
        });
    }
    looks.into_iter().collect()
}
