//! Turns messages of a queue into durable executions.
//!
//! An event source mapping invokes functions synchronously, which limits a durable execution to
//! 15 minutes and cannot give it a name. This function stands between the two: it starts an
//! execution asynchronously, under a name made from the message, so that it may last as long as
//! it needs and so that a duplicate of the message starts nothing. One binary serves every
//! workflow; the environment says which.
//!
//! # For each record of a batch
//!
//! 1. Read the body: one JSON object in which no key occurs twice ([`messages::Message`]).
//! 2. Render the execution name from its fields ([`messages::NameTemplate`]). A name that is not allowed is
//!    refused, never repaired: two ids must not collapse into one.
//! 3. Take the idempotency record of that name, with the hash of the canonical body.
//! 4. Invoke the orchestrator with the body as it came, as `Event`, under the name.
//! 5. Complete the record with the execution's ARN.
//!
//! Records run concurrently; those with the same name one after the other, so that duplicates
//! within a batch meet a completed record instead of each other.
//!
//! # How a record ends
//!
//! | end | reported as | visible again |
//! |---|---|---|
//! | started, or a duplicate of a started one | handled | never |
//! | refused: unreadable, no id, bad name, too large, or its id is taken by another payload | handled: it is moved to the dead-letter queue with the reason | never; where the move fails, at once |
//! | throttled, or no time left, at the last delivery but one | handled: it is put into its queue once more, so that too much to do never gives a message up; for a day | after the same time |
//! | failed: in progress elsewhere, throttled, no permission, no time left, … | batch item failure | after 4, 16, 64, … seconds, at most 900, less up to half as jitter |
//!
//! Each record fails alone. What succeeded stays done; what was acquired and then not started is
//! released. When the time of the invocation runs out, records not begun fail as well, and those
//! under way are given up: their idempotency records expire with the invocation.
//!
//! # Environment
//!
//! | variable | meaning |
//! |---|---|
//! | `ORCHESTRATOR` | qualified ARN of the durable function, with its alias or version |
//! | `EXECUTION_NAME` | template of the name, such as `dev-tx-{transaction_id}`; `{order.id}` reaches into objects |
//! | `IDEMPOTENCY_TABLE` | table of the idempotency records |
//! | `IDEMPOTENCY_WINDOW_SECONDS` | how long a duplicate is recognized |
//! | `QUEUE_URL` | the queue the records come from |
//! | `DEAD_LETTER_URL` | the queue for messages that can never be handled |
//! | `START_INTERVAL_MILLIS` | the least time between two starts of this instance; 0 for none |
//! | `MAX_RECEIVE_COUNT` | the queue's `maxReceiveCount`, to say in the log which failure is the last |
//!
//! Logs are JSON lines: message id, execution name, ARN, outcome and reason, never the content
//! of a message. `AWS_LAMBDA_LOG_LEVEL` sets the level of this crate, or else `RUST_LOG` the
//! whole filter.
//!
//! # Needs
//!
//! `lambda:InvokeFunction` on the qualified ARN; `dynamodb:PutItem`, `GetItem`, `UpdateItem` and
//! `DeleteItem` on the idempotency table; `sqs:SendMessage` on both queues;
//! `sqs:ChangeMessageVisibility` on the queue, besides
//! what the event source mapping itself needs (`sqs:ReceiveMessage`, `DeleteMessage`,
//! `GetQueueAttributes`).

mod aws;
mod backoff;
mod batch;
mod error;
mod intermediary;
mod outbox;
mod pace;
mod settings;
mod starter;
mod visibility;

pub use batch::{Attributes, Batch, BatchResponse, FailedItem, MessageAttribute, Record};
pub use error::RecordError;
pub use intermediary::Intermediary;
pub use outbox::{Letter, Outbox};
pub use pace::Pace;
pub use settings::{Settings, SettingsError};
pub use starter::{StartError, Starter};
pub use visibility::Visibility;
