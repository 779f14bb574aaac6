//! A batch, record by record.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::stream::{self, StreamExt as _};
use idempotency::{Clock, Idempotency, Lease, Outcome};

use crate::backoff;
use crate::error::{self, Failure};
use crate::event::{Event, FailedItem, Record, Response};
use crate::message::Message;
use crate::name::NameTemplate;
use crate::starter::Starter;
use crate::visibility::Visibility;

/// What an asynchronous invocation takes at most.
const LARGEST_PAYLOAD: usize = 1024 * 1024;
/// How many executions are started at a time.
const CONCURRENCY: usize = 32;

/// The intermediary of one workflow.
pub struct Intermediary {
    /// How executions are named.
    pub execution_name: NameTemplate,
    /// The records of what was started.
    pub idempotency: Idempotency,
    /// Starts executions.
    pub starter: Arc<dyn Starter>,
    /// Hides messages that failed.
    pub visibility: Arc<dyn Visibility>,
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

/// A record that has a name.
struct Named {
    index: usize,
    record: Record,
    hash: String,
}

impl Intermediary {
    /// Handles a batch; `deadline_millis` is when the invocation ends, in epoch milliseconds.
    ///
    /// Never fails as a whole: whatever goes wrong is told record by record.
    pub async fn handle(&self, event: Event, deadline_millis: i64) -> Response {
        let mut by_name: BTreeMap<String, Vec<Named>> = BTreeMap::new();
        let mut unnamed = Vec::new();
        for (index, record) in event.records.into_iter().enumerate() {
            match self.read(&record) {
                Ok((name, hash)) => by_name.entry(name).or_default().push(Named {
                    index,
                    record,
                    hash,
                }),
                Err(failure) => unnamed.push((index, record, failure)),
            }
        }
        let refused = stream::iter(unnamed).map(|(index, record, failure)| async move {
            self.report_failure(&record, None, &failure).await;
            vec![(index, record.message_id)]
        });
        let started = stream::iter(by_name)
            .map(|(name, records)| self.handle_name(name, records, deadline_millis));
        let (refused, started) = futures::join!(
            refused.buffer_unordered(CONCURRENCY).concat(),
            started.buffer_unordered(CONCURRENCY).concat(),
        );
        let mut failed = [refused, started].concat();
        failed.sort_unstable();
        let batch_item_failures = failed
            .into_iter()
            .map(|(_, item_identifier)| FailedItem { item_identifier })
            .collect();
        Response {
            batch_item_failures,
        }
    }

    fn read(&self, record: &Record) -> Result<(String, String), Failure> {
        let bytes = record.body.len();
        if bytes > LARGEST_PAYLOAD {
            return Err(Failure::TooLarge { bytes });
        }
        let message = Message::parse(&record.body).map_err(Failure::Unreadable)?;
        let name = self
            .execution_name
            .render(&message)
            .map_err(Failure::Unnamed)?;
        Ok((name, message.hash()))
    }

    /// Handles the records of one name, one after the other; returns those that failed.
    async fn handle_name(
        &self,
        name: String,
        records: Vec<Named>,
        deadline_millis: i64,
    ) -> Vec<(usize, String)> {
        let mut failed = Vec::new();
        for Named {
            index,
            record,
            hash,
        } in records
        {
            match self
                .handle_in_time(&name, &record, &hash, deadline_millis)
                .await
            {
                Ok(handled) => report_success(&record, &name, &handled),
                Err(failure) => {
                    self.report_failure(&record, Some(&name), &failure).await;
                    failed.push((index, record.message_id));
                }
            }
        }
        failed
    }

    async fn handle_in_time(
        &self,
        name: &str,
        record: &Record,
        hash: &str,
        deadline_millis: i64,
    ) -> Result<Handled, Failure> {
        let millis = deadline_millis.saturating_sub(self.clock.now_millis());
        let remaining = Duration::from_millis(u64::try_from(millis).unwrap_or(0));
        let usable = remaining.saturating_sub(self.reserve);
        if usable.is_zero() {
            return Err(Failure::OutOfTime);
        }
        tokio::time::timeout(usable, self.start_once(name, record, hash, remaining))
            .await
            .unwrap_or(Err(Failure::OutOfTime))
    }

    async fn start_once(
        &self,
        name: &str,
        record: &Record,
        hash: &str,
        remaining: Duration,
    ) -> Result<Handled, Failure> {
        let acquired = self.idempotency.acquire(name, hash, remaining).await;
        let lease = match acquired.map_err(Failure::Idempotency)? {
            Outcome::Acquired(lease) => lease,
            Outcome::Completed(arn) => {
                return Ok(Handled::Duplicate(arn.filter(|arn| !arn.is_empty())));
            }
            Outcome::InProgress => return Err(Failure::InProgress),
            Outcome::PayloadMismatch => return Err(Failure::Tampered),
        };
        match self.starter.start(name, &record.body).await {
            Ok(arn) => {
                let data = arn.as_deref().unwrap_or_default();
                // When this fails, the retry starts the same execution again, which changes nothing.
                self.idempotency
                    .complete(&lease, data)
                    .await
                    .map_err(Failure::Idempotency)?;
                Ok(Handled::Started(arn))
            }
            Err(error) => {
                self.release(&lease).await;
                Err(Failure::from_start(error, record.body.len()))
            }
        }
    }

    /// Gives the record back, best effort: else it frees itself when this invocation is over.
    async fn release(&self, lease: &Lease) {
        if let Err(error) = self.idempotency.release(lease).await {
            tracing::warn!(
                execution_name = lease.id(),
                reason = Failure::Idempotency(error).reason(),
                "idempotency record not released",
            );
        }
    }

    async fn report_failure(&self, record: &Record, name: Option<&str>, failure: &Failure) {
        let message_id = record.message_id.as_str();
        let receive_count = record.receive_count();
        let last = receive_count >= self.max_receive_count;
        let reason = failure.reason();
        let delay = if failure.is_permanent() {
            tracing::error!(
                message_id,
                execution_name = name,
                outcome = "refused",
                reason,
                receive_count,
                last,
                "record refused"
            );
            Duration::ZERO
        } else {
            tracing::warn!(
                message_id,
                execution_name = name,
                outcome = "failed",
                reason,
                receive_count,
                last,
                "record failed"
            );
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

fn report_success(record: &Record, name: &str, handled: &Handled) {
    let (outcome, arn) = match handled {
        Handled::Started(arn) => ("started", arn),
        Handled::Duplicate(arn) => ("duplicate", arn),
    };
    tracing::info!(
        message_id = record.message_id,
        execution_name = name,
        execution_arn = arn.as_deref(),
        outcome,
        "record handled"
    );
}
