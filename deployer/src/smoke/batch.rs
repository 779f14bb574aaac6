//! Messages on their way into the queue.

use aws_sdk_sqs::types::{MessageAttributeValue, SendMessageBatchRequestEntry};

use crate::aws::failed;
use crate::error::{Error, Kind, Result};

/// The most messages that one request takes.
const MOST_MESSAGES: usize = 10;
/// The most bytes in one request; a message that is larger goes alone.
const MOST_BYTES: usize = 256 * 1024;

/// A message to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outgoing {
    /// The body.
    pub(super) body: String,
    /// What its dead letter is recognized by.
    pub(super) label: String,
}

/// The message attribute that holds the label.
pub(super) const LABEL: &str = "deployer-smoke";

/// Sends the messages in as few requests as they fit.
pub(super) async fn send(
    sqs: &aws_sdk_sqs::Client,
    queue_url: &str,
    messages: &[Outgoing],
) -> Result<()> {
    for batch in batches(messages) {
        let mut entries = Vec::new();
        for (index, message) in batch.iter().enumerate() {
            entries.push(entry(index, message)?);
        }
        let sent = sqs
            .send_message_batch()
            .queue_url(queue_url)
            .set_entries(Some(entries))
            .send()
            .await
            .map_err(failed(format!(
                "the messages could not be sent to `{queue_url}`"
            )))?;
        if let Some(refused) = sent.failed().first() {
            let text = refused.message().unwrap_or_default();
            return Err(
                Error::new(Kind::Service, format!("`{queue_url}` refused a message"))
                    .caused_by(format!("{}: {text}", refused.code())),
            );
        }
    }
    Ok(())
}

fn entry(index: usize, message: &Outgoing) -> Result<SendMessageBatchRequestEntry> {
    let defect =
        |error| Error::new(Kind::Bug, "a message could not be put together").caused_by(error);
    let label = MessageAttributeValue::builder()
        .data_type("String")
        .string_value(&message.label)
        .build()
        .map_err(defect)?;
    SendMessageBatchRequestEntry::builder()
        .id(format!("m{index}"))
        .message_body(&message.body)
        .message_attributes(LABEL, label)
        .build()
        .map_err(defect)
}

fn batches(messages: &[Outgoing]) -> Vec<&[Outgoing]> {
    let mut batches = Vec::new();
    let mut rest = messages;
    while !rest.is_empty() {
        let mut bytes = 0;
        let fitting = rest.iter().take(MOST_MESSAGES).take_while(|message| {
            bytes += size(message);
            bytes <= MOST_BYTES
        });
        let (batch, tail) = rest.split_at(fitting.count().max(1));
        batches.push(batch);
        rest = tail;
    }
    batches
}

/// Returns what a message counts for; its attributes count too.
fn size(message: &Outgoing) -> usize {
    message.body.len() + message.label.len() + LABEL.len() + "String".len()
}

#[cfg(test)]
mod tests {
    use super::{Outgoing, batches};

    fn messages(sizes: &[usize]) -> Vec<Outgoing> {
        let message = |size: &usize| Outgoing {
            body: "x".repeat(*size),
            label: String::new(),
        };
        sizes.iter().map(message).collect()
    }

    #[test]
    fn batches_fit_in_number_and_size() {
        let sizes = |messages: &[Outgoing]| -> Vec<usize> {
            batches(messages).iter().map(|batch| batch.len()).collect()
        };
        assert_eq!(sizes(&messages(&[])), Vec::<usize>::new());
        assert_eq!(sizes(&messages(&[1; 5])), [5]);
        assert_eq!(sizes(&messages(&[1; 21])), [10, 10, 1]);
        assert_eq!(sizes(&messages(&[100_000, 100_000, 100_000])), [2, 1]);
        assert_eq!(sizes(&messages(&[1, 1_000_000, 1])), [1, 1, 1]);
        assert_eq!(sizes(&messages(&[1_000_000])), [1]);
    }
}
