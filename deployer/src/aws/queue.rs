//! How much a queue holds.

use aws_sdk_sqs::types::QueueAttributeName as Name;
use serde::Serialize;

use super::clients::Clients;
use super::failure::failed;
use crate::error::Result;

/// How many messages are in a queue, roughly, as SQS counts.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Messages {
    /// Messages that wait.
    pub visible: u64,
    /// Messages that are being worked on.
    pub in_flight: u64,
    /// Messages that are not to be seen yet.
    pub delayed: u64,
}

impl Messages {
    /// Returns how many there are in all.
    pub fn total(self) -> u64 {
        self.visible + self.in_flight + self.delayed
    }
}

/// Counts the messages of the queue at `url`.
pub async fn messages(clients: &Clients, url: &str) -> Result<Messages> {
    let names = [
        Name::ApproximateNumberOfMessages,
        Name::ApproximateNumberOfMessagesNotVisible,
        Name::ApproximateNumberOfMessagesDelayed,
    ];
    let call = clients.sqs.get_queue_attributes().queue_url(url);
    let read = call
        .set_attribute_names(Some(names.to_vec()))
        .send()
        .await
        .map_err(failed(format!("the queue `{url}` could not be read")))?;
    let [visible, in_flight, delayed] = names.map(|name| {
        read.attributes()
            .and_then(|attributes| attributes.get(&name)?.parse().ok())
            .unwrap_or_default()
    });
    Ok(Messages {
        visible,
        in_flight,
        delayed,
    })
}
