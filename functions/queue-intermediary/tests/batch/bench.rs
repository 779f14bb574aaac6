//! An intermediary whose services are in memory.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use idempotency::{Idempotency, ManualClock, MemoryStore, Record};
use messages::{Envelope, NameTemplate};
use queue_intermediary::{
    Batch, BatchResponse, Intermediary, Letter, Outbox, Pace, StartError, Starter, Visibility,
};
use serde_json::json;

pub(crate) const NOW: i64 = 1_700_000_000_000;
pub(crate) const DEADLINE: i64 = NOW + 30_000;
pub(crate) const NONE: [usize; 0] = [];

/// Starts executions as the service does: a name is taken by its first payload.
#[derive(Default)]
pub(crate) struct Service {
    pub(crate) executions: Mutex<BTreeMap<String, String>>,
    pub(crate) calls: Mutex<Vec<(String, String)>>,
    pub(crate) broken: Mutex<BTreeMap<String, Fault>>,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Fault {
    Throttled,
    Unavailable,
    TooLarge,
    Hanging,
    WithoutArn,
}

#[async_trait]
impl Starter for Service {
    async fn start(&self, name: &str, payload: &str) -> Result<Option<String>, StartError> {
        self.calls
            .lock()
            .unwrap()
            .push((name.to_owned(), payload.to_owned()));
        let fault = self.broken.lock().unwrap().get(name).copied();
        match fault {
            Some(Fault::Throttled) => return Err(StartError::Throttled),
            Some(Fault::Unavailable) => return Err(StartError::Unavailable("away".into())),
            Some(Fault::TooLarge) => return Err(StartError::TooLarge),
            Some(Fault::Hanging) => std::future::pending().await,
            Some(Fault::WithoutArn) => return Ok(None),
            None => tokio::task::yield_now().await,
        }
        let mut executions = self.executions.lock().unwrap();
        let first = executions
            .entry(name.to_owned())
            .or_insert_with(|| payload.to_owned());
        if first == payload {
            Ok(Some(format!("arn:{name}")))
        } else {
            Err(StartError::PayloadDiffers)
        }
    }
}

#[derive(Default)]
pub(crate) struct Hidden {
    pub(crate) delays: Mutex<BTreeMap<String, Duration>>,
    pub(crate) broken: bool,
}

#[async_trait]
impl Visibility for Hidden {
    async fn hide(
        &self,
        receipt_handle: &str,
        delay: Duration,
    ) -> Result<(), Box<dyn StdError + Send + Sync>> {
        if self.broken {
            return Err("access denied".into());
        }
        self.delays
            .lock()
            .unwrap()
            .insert(receipt_handle.to_owned(), delay);
        Ok(())
    }
}

/// Takes messages, or hangs.
#[derive(Default)]
pub(crate) struct Letters {
    pub(crate) kept: Mutex<Vec<Letter>>,
    pub(crate) fault: Mutex<Option<Fault>>,
}

#[async_trait]
impl Outbox for Letters {
    async fn send(
        &self,
        letter: Letter,
        _delay: Duration,
    ) -> Result<(), Box<dyn StdError + Send + Sync>> {
        let fault = *self.fault.lock().unwrap();
        match fault {
            Some(Fault::Hanging) => std::future::pending().await,
            Some(_) => return Err("access denied".into()),
            None => {}
        }
        self.kept.lock().unwrap().push(letter);
        Ok(())
    }
}

pub(crate) struct Bench {
    pub(crate) letters: Arc<Letters>,
    pub(crate) again: Arc<Letters>,
    pub(crate) intermediary: Intermediary,
    pub(crate) service: Arc<Service>,
    pub(crate) hidden: Arc<Hidden>,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) clock: Arc<ManualClock>,
}

pub(crate) fn bench() -> Bench {
    bench_with(Hidden::default())
}

pub(crate) fn bench_with(hidden: Hidden) -> Bench {
    let service = Arc::new(Service::default());
    let hidden = Arc::new(hidden);
    let store = Arc::new(MemoryStore::new());
    let clock = Arc::new(ManualClock::at(NOW));
    let letters = Arc::new(Letters::default());
    let again = Arc::new(Letters::default());
    let intermediary = Intermediary {
        envelope: Envelope::None,
        execution_name: NameTemplate::parse("dev-tx-{transaction_id}").unwrap(),
        idempotency: Idempotency::new(store.clone(), clock.clone(), Duration::from_hours(1)),
        starter: service.clone(),
        visibility: hidden.clone(),
        queue: again.clone(),
        dead_letters: letters.clone(),
        pace: Pace::every(Duration::ZERO),
        clock: clock.clone(),
        reserve: Duration::from_secs(2),
        max_receive_count: 5,
    };
    Bench {
        letters,
        again,
        intermediary,
        service,
        hidden,
        store,
        clock,
    }
}

impl Bench {
    pub(crate) async fn handle(&self, bodies: &[&str]) -> Vec<usize> {
        self.handle_until(bodies, DEADLINE).await
    }

    /// Handles a batch of these bodies; returns the indices of those that failed.
    pub(crate) async fn handle_until(&self, bodies: &[&str], deadline_millis: i64) -> Vec<usize> {
        let response = self
            .intermediary
            .handle(batch(bodies), deadline_millis)
            .await;
        failed(&response)
    }

    /// Returns the kinds of the dead letters, each with its content.
    pub(crate) fn letters(&self) -> Vec<(String, String)> {
        let kept = self.letters.kept.lock().unwrap();
        let told = kept.iter().map(|letter| {
            let kind = &letter.attributes["deployer-kind"];
            (kind.string_value.clone().unwrap(), letter.body.clone())
        });
        let mut told: Vec<_> = told.collect();
        told.sort_unstable();
        told
    }

    pub(crate) fn calls(&self) -> Vec<(String, String)> {
        self.service.calls.lock().unwrap().clone()
    }

    pub(crate) fn delay(&self, index: usize) -> Duration {
        self.hidden.delays.lock().unwrap()[&format!("handle-{index}")]
    }

    pub(crate) fn record(&self, id: &str) -> Option<Record> {
        self.store.get(id)
    }

    pub(crate) fn break_start(&self, name: &str, fault: Fault) {
        self.service
            .broken
            .lock()
            .unwrap()
            .insert(name.to_owned(), fault);
    }
}

pub(crate) fn batch(bodies: &[&str]) -> Batch {
    let records: Vec<_> = bodies
        .iter()
        .enumerate()
        .map(|(index, body)| {
            json!({
                "messageId": index.to_string(),
                "receiptHandle": format!("handle-{index}"),
                "body": body,
                "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": NOW.to_string()},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
            })
        })
        .collect();
    serde_json::from_value(json!({ "Records": records })).unwrap()
}

pub(crate) fn failed(response: &BatchResponse) -> Vec<usize> {
    response
        .batch_item_failures
        .iter()
        .map(|item| item.item_identifier.parse().unwrap())
        .collect()
}
