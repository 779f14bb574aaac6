//! Messages of a queue, ten a request: received, sent, hidden, deleted.

use std::time::Duration;

use aws_sdk_sqs::error::SdkError;
use aws_sdk_sqs::types::{
    BatchResultErrorEntry, ChangeMessageVisibilityBatchRequestEntry,
    DeleteMessageBatchRequestEntry, Message, MessageAttributeValue, MessageSystemAttributeName,
    SendMessageBatchRequestEntry,
};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::clients::Clients;
use super::failure::{failed, is_missing};
use crate::error::{Error, Kind, Result};

/// The most messages of a request.
pub const LARGEST_BATCH: usize = 10;
/// The most bytes of the messages of a request, and of one message, with their attributes.
pub const LARGEST_BATCH_BYTES: usize = 1024 * 1024;
/// How often messages are tried that the service refused for no fault of theirs.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_millis(100);

/// A message to be sent.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// The body.
    pub body: String,
    /// The attributes, by name.
    pub attributes: std::collections::HashMap<String, MessageAttributeValue>,
}

impl Outgoing {
    /// Returns how many bytes the service counts.
    pub fn bytes(&self) -> usize {
        let attributes = self.attributes.iter();
        let attributes = attributes.map(|(name, value)| {
            let text = value.string_value().map_or(0, str::len);
            let binary = value.binary_value().map_or(0, |blob| blob.as_ref().len());
            name.len() + value.data_type().len() + text + binary
        });
        self.body.len() + attributes.sum::<usize>()
    }
}

/// Why the service refused one message of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The service's code.
    pub code: String,
    /// The service's words.
    pub message: String,
    /// Whether the message itself is at fault, so that it is of no use to try again.
    pub at_fault: bool,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {}", self.code, self.message)
    }
}

/// Receives up to ten messages with all their attributes, which then are out of sight for `hidden`.
///
/// None come where the queue is empty, or all its messages are out of sight.
pub async fn receive_messages(
    clients: &Clients,
    url: &str,
    hidden: Duration,
) -> Result<Vec<Message>> {
    // AWS asks only some of its servers unless it may wait; on this machine there is one.
    let wait = i32::from(!clients.is_near());
    let call = clients.sqs.receive_message().queue_url(url);
    let received = call
        .max_number_of_messages(10)
        .visibility_timeout(seconds(hidden))
        .wait_time_seconds(wait)
        .message_attribute_names("All")
        .message_system_attribute_names(MessageSystemAttributeName::All)
        .send()
        .await
        .map_err(on_queue(
            url,
            format!("the queue `{url}` could not be read"),
        ))?;
    Ok(received.messages.unwrap_or_default())
}

/// Sends up to ten messages; returns for each, in their order, the id that it was given.
pub async fn send_messages(
    clients: &Clients,
    url: &str,
    messages: &[&Outgoing],
) -> Result<Vec<Result<String, Refused>>> {
    in_rounds(messages.len(), async |which: &[usize]| {
        let mut entries = Vec::new();
        for (index, message) in chosen(messages, which) {
            let entry = SendMessageBatchRequestEntry::builder()
                .id(entry_id(index))
                .message_body(&message.body)
                .set_message_attributes(Some(message.attributes.clone()));
            entries.extend(entry.build());
        }
        let call = clients.sqs.send_message_batch().queue_url(url);
        let sent = call.set_entries(Some(entries)).send().await;
        let sent = sent.map_err(on_queue(
            url,
            format!("messages could not be sent to the queue `{url}`"),
        ))?;
        let good = sent.successful().iter();
        let good = good.map(|entry| (entry.id().to_owned(), Ok(entry.message_id().to_owned())));
        Ok(good.chain(refused(sent.failed())).collect())
    })
    .await
}

/// Deletes up to ten messages by their receipts; returns for each, in their order, what became of it.
pub async fn delete_messages(
    clients: &Clients,
    url: &str,
    receipts: &[&str],
) -> Result<Vec<Result<(), Refused>>> {
    in_rounds(receipts.len(), async |which: &[usize]| {
        let mut entries = Vec::new();
        for (index, receipt) in chosen(receipts, which) {
            let entry = DeleteMessageBatchRequestEntry::builder()
                .id(entry_id(index))
                .receipt_handle(*receipt);
            entries.extend(entry.build());
        }
        let call = clients.sqs.delete_message_batch().queue_url(url);
        let deleted = call.set_entries(Some(entries)).send().await;
        let deleted = deleted.map_err(on_queue(
            url,
            format!("messages of the queue `{url}` could not be deleted"),
        ))?;
        let good = deleted.successful().iter();
        let good = good.map(|entry| (entry.id().to_owned(), Ok(())));
        Ok(good.chain(refused(deleted.failed())).collect())
    })
    .await
}

/// Keeps messages out of sight for `hidden` from now on, or gives them back where that is zero. A message
/// that is not there any more, or that somebody else received meanwhile, is left alone.
pub async fn hide_messages(
    clients: &Clients,
    url: &str,
    receipts: &[&str],
    hidden: Duration,
) -> Result<()> {
    for receipts in receipts.chunks(LARGEST_BATCH) {
        let mut entries = Vec::new();
        for (index, receipt) in receipts.iter().enumerate() {
            let entry = ChangeMessageVisibilityBatchRequestEntry::builder()
                .id(entry_id(index))
                .receipt_handle(*receipt)
                .visibility_timeout(seconds(hidden));
            entries.extend(entry.build());
        }
        let call = clients.sqs.change_message_visibility_batch();
        call.queue_url(url)
            .set_entries(Some(entries))
            .send()
            .await
            .map_err(on_queue(
                url,
                format!("messages of the queue `{url}` could not be given back"),
            ))?;
    }
    Ok(())
}

fn seconds(duration: Duration) -> i32 {
    i32::try_from(duration.as_secs()).unwrap_or(i32::MAX)
}

fn entry_id(index: usize) -> String {
    format!("m{index}")
}

fn chosen<'a, T>(all: &'a [T], which: &'a [usize]) -> impl Iterator<Item = (usize, &'a T)> {
    which
        .iter()
        .filter_map(|index| Some((*index, all.get(*index)?)))
}

fn refused<T>(
    failed: &[BatchResultErrorEntry],
) -> impl Iterator<Item = (String, Result<T, Refused>)> {
    failed.iter().map(|entry| {
        let refused = Refused {
            code: entry.code().to_owned(),
            message: entry.message().unwrap_or_default().to_owned(),
            at_fault: entry.sender_fault(),
        };
        (entry.id().to_owned(), Err(refused))
    })
}

/// Asks for `count` things at once, and again for those that the service refused for no fault of theirs.
#[expect(
    clippy::disallowed_methods,
    reason = "what was refused is asked for again after a pause"
)]
async fn in_rounds<T>(
    count: usize,
    mut ask: impl AsyncFnMut(&[usize]) -> Result<Vec<(String, Result<T, Refused>)>>,
) -> Result<Vec<Result<T, Refused>>> {
    let mut outcomes: Vec<Result<T, Refused>> = Vec::new();
    outcomes.resize_with(count, || {
        Err(Refused {
            code: "NoAnswer".to_owned(),
            message: "the service said nothing of it".to_owned(),
            at_fault: false,
        })
    });
    let mut pause = PAUSE;
    for round in 0..TRIES {
        let open: Vec<usize> = (0..count)
            .filter(|index| matches!(outcomes.get(*index), Some(Err(refused)) if !refused.at_fault))
            .collect();
        if open.is_empty() {
            break;
        }
        if round > 0 {
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        for (id, outcome) in ask(&open).await? {
            let index = id.strip_prefix('m').and_then(|index| index.parse().ok());
            if let Some(place) = index.and_then(|index: usize| outcomes.get_mut(index)) {
                *place = outcome;
            }
        }
    }
    Ok(outcomes)
}

/// Returns a function that makes an error of what went wrong on a queue; one that is gone says so.
fn on_queue<E, R>(url: &str, what: String) -> impl FnOnce(SdkError<E, R>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    let gone = format!("the queue `{url}` is not there any more");
    move |error| {
        if is_missing(&error) {
            Error::new(Kind::WrongState, gone).hint("`deployer status` shows what is deployed")
        } else {
            failed(what)(error)
        }
    }
}
