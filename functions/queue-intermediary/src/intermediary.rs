//! A batch, record by record.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use futures::stream::{self, StreamExt as _};
use idempotency::{Acquisition, Clock, Idempotency, Lease};
use messages::{Envelope, NameTemplate};

use crate::backoff;
use crate::batch::{Batch, BatchResponse, FailedItem, Record};
use crate::error::{self, RecordError};
use crate::outbox::{Letter, Outbox};
use crate::pace::Pace;
use crate::starter::Starter;
use crate::visibility::Visibility;

/// What an asynchronous invocation takes at most.
const LARGEST_PAYLOAD: usize = 1024 * 1024;
/// For how long after its first arrival a message is put off for too much to do.
const LONGEST_LOAD: Duration = Duration::from_hours(24);
/// How many executions are started at a time.
const CONCURRENCY: usize = 32;

/// The intermediary of one workflow.
pub struct Intermediary {
    /// What messages come in.
    pub envelope: Envelope,
    /// How executions are named.
    pub execution_name: NameTemplate,
    /// The records of what was started.
    pub idempotency: Idempotency,
    /// Starts executions.
    pub starter: Arc<dyn Starter>,
    /// Hides messages that failed.
    pub visibility: Arc<dyn Visibility>,
    /// The queue that the records come from.
    pub queue: Arc<dyn Outbox>,
    /// Takes messages that can never be handled.
    pub dead_letters: Arc<dyn Outbox>,
    /// How fast executions are started.
    pub pace: Pace,
    /// Tells how much time is left.
    pub clock: Arc<dyn Clock>,
    /// The time kept free at the end of an invocation, to report what failed.
    pub reserve: Duration,
    /// The delivery after which the queue gives a message up.
    pub max_receive_count: u32,
}

/// How a record was handled.
enum Handled {
    Started(Option<String>),
    Duplicate(Option<String>),
}

/// What became of a record that was not handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// It is in the dead-letter queue.
    GivenUp,
    /// It is in its queue once more.
    Postponed,
    /// It comes back.
    Failed,
}

/// A record whose message names its execution.
struct NamedRecord {
    position: usize,
    record: Record,
    execution: Execution,
}

/// A record whose message names none.
struct UnnamedRecord {
    position: usize,
    record: Record,
    error: RecordError,
}

/// The execution that a message asks for.
struct Execution {
    name: String,
    /// What tells the message from another one of that name.
    payload_hash: String,
    /// Its input: the message without what was around it.
    input: String,
}

/// A record that was not handled.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct FailedRecord {
    position: usize,
    message_id: String,
}

impl Intermediary {
    /// Handles a batch; `deadline_millis` is when the invocation ends, in epoch milliseconds.
    ///
    /// Never fails as a whole: whatever goes wrong is told record by record.
    pub async fn handle(&self, batch: Batch, deadline_millis: i64) -> BatchResponse {
        let mut by_name: BTreeMap<String, Vec<NamedRecord>> = BTreeMap::new();
        let mut unnamed = Vec::new();
        for (position, record) in batch.records.into_iter().enumerate() {
            match self.read(&record) {
                Ok(execution) => {
                    let records = by_name.entry(execution.name.clone()).or_default();
                    records.push(NamedRecord {
                        position,
                        record,
                        execution,
                    });
                }
                Err(error) => unnamed.push(UnnamedRecord {
                    position,
                    record,
                    error,
                }),
            }
        }
        let refused = stream::iter(unnamed).map(|unnamed| self.refuse(unnamed, deadline_millis));
        let started = stream::iter(by_name.into_values())
            .map(|records| self.handle_in_turn(records, deadline_millis));
        let (refused, started) = futures::join!(
            refused.buffer_unordered(CONCURRENCY).collect::<Vec<_>>(),
            started.buffer_unordered(CONCURRENCY).concat(),
        );
        let refused = refused.into_iter().flatten().collect();
        let mut failed = [refused, started].concat();
        failed.sort_unstable();
        let failed = failed.into_iter().map(|record| FailedItem {
            item_identifier: record.message_id,
        });
        BatchResponse {
            batch_item_failures: failed.collect(),
        }
    }

    fn read(&self, record: &Record) -> Result<Execution, RecordError> {
        let bytes = record.body.len();
        if bytes > LARGEST_PAYLOAD {
            return Err(RecordError::TooLarge { bytes });
        }
        let opened = self.envelope.open(&record.body);
        let opened = opened.map_err(RecordError::Unreadable)?;
        let name = self
            .execution_name
            .render(&opened.message)
            .map_err(RecordError::Unnamed)?;
        Ok(Execution {
            name,
            payload_hash: opened.message.hash(),
            input: opened.text.into_owned(),
        })
    }

    async fn refuse(&self, unnamed: UnnamedRecord, deadline_millis: i64) -> Option<FailedRecord> {
        let UnnamedRecord {
            position,
            record,
            error,
        } = unnamed;
        let end = self.end(&record, None, &error, deadline_millis).await;
        (end == End::Failed).then_some(FailedRecord {
            position,
            message_id: record.message_id,
        })
    }

    /// Handles the records of one name, one after the other; returns those that failed.
    async fn handle_in_turn(
        &self,
        records: Vec<NamedRecord>,
        deadline_millis: i64,
    ) -> Vec<FailedRecord> {
        let mut failed = Vec::new();
        for named in records {
            match self.handle_in_time(&named, deadline_millis).await {
                Ok(handled) => report_success(&named, &handled),
                Err(error) => {
                    let name = Some(named.execution.name.as_str());
                    let end = self.end(&named.record, name, &error, deadline_millis).await;
                    if end == End::Failed {
                        failed.push(FailedRecord {
                            position: named.position,
                            message_id: named.record.message_id,
                        });
                    }
                }
            }
        }
        failed
    }

    async fn handle_in_time(
        &self,
        named: &NamedRecord,
        deadline_millis: i64,
    ) -> Result<Handled, RecordError> {
        let remaining = self.remaining(deadline_millis);
        let usable = remaining.saturating_sub(self.reserve);
        if usable.is_zero() {
            return Err(RecordError::OutOfTime);
        }
        let start = async {
            self.pace.turn().await;
            self.start_once(named, remaining).await
        };
        tokio::time::timeout(usable, start)
            .await
            .unwrap_or(Err(RecordError::OutOfTime))
    }

    async fn start_once(
        &self,
        named: &NamedRecord,
        remaining: Duration,
    ) -> Result<Handled, RecordError> {
        let execution = &named.execution;
        let acquired = self
            .idempotency
            .acquire(&execution.name, &execution.payload_hash, remaining)
            .await;
        let lease = match acquired.map_err(RecordError::Idempotency)? {
            Acquisition::Acquired(lease) => lease,
            Acquisition::Completed(arn) => {
                return Ok(Handled::Duplicate(arn.filter(|arn| !arn.is_empty())));
            }
            Acquisition::InProgress => return Err(RecordError::InProgress),
            Acquisition::PayloadMismatch => return Err(RecordError::PayloadDiffers),
        };
        match self.starter.start(&execution.name, &execution.input).await {
            Ok(arn) => {
                let data = arn.as_deref().unwrap_or_default();
                // When this fails, the retry starts the same execution again, which changes nothing.
                self.idempotency
                    .complete(&lease, data)
                    .await
                    .map_err(RecordError::Idempotency)?;
                Ok(Handled::Started(arn))
            }
            Err(error) => {
                self.release(&lease).await;
                Err(RecordError::from_start(error, execution.input.len()))
            }
        }
    }

    /// Gives the record back, best effort: else it frees itself when this invocation is over.
    async fn release(&self, lease: &Lease) {
        if let Err(error) = self.idempotency.release(lease).await {
            tracing::warn!(
                execution_name = lease.id(),
                reason = RecordError::Idempotency(error).reason(),
                "idempotency record not released",
            );
        }
    }

    /// Returns how much time is left of the invocation.
    fn remaining(&self, deadline_millis: i64) -> Duration {
        let millis = deadline_millis.saturating_sub(self.clock.now_millis());
        Duration::from_millis(u64::try_from(millis).unwrap_or(0))
    }

    /// Ends a record that was not handled: one that can never be goes into the dead-letter queue at once, with
    /// why, and is done with; another one comes back later.
    ///
    /// The queue forgets a message only after this invocation. Whoever is killed in between leaves two copies,
    /// and never none.
    async fn end(
        &self,
        record: &Record,
        name: Option<&str>,
        error: &RecordError,
        deadline_millis: i64,
    ) -> End {
        if self.is_worn_by_load(record, error) && self.send_again(record, deadline_millis).await {
            tracing::warn!(
                message_id = record.message_id,
                execution_name = name,
                outcome = "postponed",
                reason = error.reason(),
                "record put into its queue once more"
            );
            return End::Postponed;
        }
        if error.is_permanent() && self.give_up(record, error, deadline_millis).await {
            tracing::error!(
                message_id = record.message_id,
                execution_name = name,
                outcome = "refused",
                reason = error.reason(),
                receive_count = record.receive_count(),
                "record moved to the dead-letter queue"
            );
            return End::GivenUp;
        }
        self.put_off(record, name, error).await;
        End::Failed
    }

    /// Returns whether a message would soon be given up for nothing but too much to do.
    fn is_worn_by_load(&self, record: &Record, error: &RecordError) -> bool {
        let since = record.first_arrival().parse().unwrap_or(i64::MIN);
        let age = self.clock.now_millis().saturating_sub(since);
        let is_young = u128::try_from(age).is_ok_and(|age| age < LONGEST_LOAD.as_millis());
        error.is_load() && is_young && record.receive_count() + 1 >= self.max_receive_count
    }

    /// Puts a message into its queue once more, where its deliveries are counted anew. The queue forgets this one
    /// only afterwards; a copy that a kill leaves has the same name, and so does nothing.
    async fn send_again(&self, record: &Record, deadline_millis: i64) -> bool {
        let delay = backoff::delay(record.receive_count(), &record.message_id);
        let sent = self.queue.send(Letter::again(record), delay);
        self.in_time_left(record, sent, deadline_millis).await
    }

    /// Moves a message into the dead-letter queue.
    async fn give_up(&self, record: &Record, error: &RecordError, deadline_millis: i64) -> bool {
        let letter = Letter::of(record, error);
        let sent = self.dead_letters.send(letter, Duration::ZERO);
        self.in_time_left(record, sent, deadline_millis).await
    }

    /// Returns whether a message was sent in the time that is left but for reporting.
    async fn in_time_left(
        &self,
        record: &Record,
        sent: impl Future<Output = Result<(), Box<dyn StdError + Send + Sync>>>,
        deadline_millis: i64,
    ) -> bool {
        let usable = self
            .remaining(deadline_millis)
            .saturating_sub(self.reserve / 2);
        let problem = match tokio::time::timeout(usable, sent).await {
            Ok(Ok(())) => return true,
            Ok(Err(error)) => error::chain(error.as_ref()),
            Err(_) => "no answer in time".to_owned(),
        };
        let message_id = record.message_id.as_str();
        tracing::warn!(message_id, reason = problem, "not put into another queue");
        false
    }

    async fn put_off(&self, record: &Record, name: Option<&str>, error: &RecordError) {
        let message_id = record.message_id.as_str();
        let receive_count = record.receive_count();
        tracing::warn!(
            message_id,
            execution_name = name,
            outcome = "failed",
            reason = error.reason(),
            receive_count,
            last = receive_count >= self.max_receive_count,
            "record failed"
        );
        let delay = if error.is_permanent() {
            Duration::ZERO
        } else {
            backoff::delay(receive_count, message_id)
        };
        let hidden = self.visibility.hide(&record.receipt_handle, delay);
        let problem = match tokio::time::timeout(self.reserve / 2, hidden).await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error::chain(error.as_ref()),
            Err(_) => "no answer in time".to_owned(),
        };
        tracing::warn!(message_id, reason = problem, "visibility not changed");
    }
}

fn report_success(named: &NamedRecord, handled: &Handled) {
    let (outcome, arn) = match handled {
        Handled::Started(arn) => ("started", arn),
        Handled::Duplicate(arn) => ("duplicate", arn),
    };
    tracing::info!(
        message_id = named.record.message_id,
        execution_name = named.execution.name,
        execution_arn = arn.as_deref(),
        outcome,
        "record handled"
    );
}
