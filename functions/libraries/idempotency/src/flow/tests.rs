//! Every row of the table of outcomes, over the store in memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures::future::join_all;

use super::{Acquisition, Idempotency};
use crate::{Error, Insertion, Lease, ManualClock, MemoryStore, Record, Status, Store, StoreError};

const NOW: i64 = 1_700_000_000_500;
const WINDOW: Duration = Duration::from_hours(1);
const REMAINING: Duration = Duration::from_secs(30);

struct Bench {
    store: Arc<MemoryStore>,
    clock: Arc<ManualClock>,
    idempotency: Idempotency,
}

fn bench() -> Bench {
    let store = Arc::new(MemoryStore::new());
    let clock = Arc::new(ManualClock::at(NOW));
    let idempotency = Idempotency::new(store.clone(), clock.clone(), WINDOW);
    Bench {
        store,
        clock,
        idempotency,
    }
}

impl Bench {
    async fn acquire(&self, hash: &str) -> Acquisition {
        self.idempotency
            .acquire("tx-1", hash, REMAINING)
            .await
            .unwrap()
    }

    async fn lease(&self, hash: &str) -> Lease {
        match self.acquire(hash).await {
            Acquisition::Acquired(lease) => lease,
            other => panic!("not acquired: {other:?}"),
        }
    }
}

#[tokio::test]
async fn the_first_one_acquires_and_its_record_says_until_when() {
    let bench = bench();
    bench.lease("hash").await;
    assert_eq!(
        bench.store.get("tx-1"),
        Some(Record {
            id: "tx-1".to_owned(),
            status: Status::InProgress,
            expiration: 1_700_003_600,
            in_progress_expiration: Some(NOW + 30_000),
            data: None,
            validation: Some("hash".to_owned()),
        })
    );
}

#[tokio::test]
async fn a_completed_one_gives_its_result() {
    let bench = bench();
    let lease = bench.lease("hash").await;
    bench.clock.advance(Duration::from_secs(5));
    bench.idempotency.complete(&lease, "result").await.unwrap();
    assert_eq!(
        bench.acquire("hash").await,
        Acquisition::Completed(Some("result".to_owned()))
    );
    let record = bench.store.get("tx-1").unwrap();
    assert_eq!(record.expiration, 1_700_003_605, "counted from completion");
}

#[tokio::test]
async fn a_released_one_can_be_acquired_at_once() {
    let bench = bench();
    let lease = bench.lease("hash").await;
    bench.idempotency.release(&lease).await.unwrap();
    assert_eq!(bench.store.get("tx-1"), None);
    bench.lease("another payload").await;
}

#[tokio::test]
async fn one_in_progress_makes_others_wait_until_its_time_is_over() {
    let bench = bench();
    bench.lease("hash").await;
    assert_eq!(bench.acquire("hash").await, Acquisition::InProgress);
    bench.clock.advance(REMAINING);
    assert_eq!(
        bench.acquire("hash").await,
        Acquisition::InProgress,
        "to the millisecond"
    );
    bench.clock.advance(Duration::from_millis(1));
    bench.lease("hash").await;
}

#[tokio::test]
async fn an_overtaken_holder_can_neither_complete_nor_release() {
    let bench = bench();
    let first = bench.lease("hash").await;
    bench.clock.advance(REMAINING + Duration::from_millis(1));
    let second = bench.lease("hash").await;
    let late = bench.idempotency.complete(&first, "late").await;
    assert!(matches!(late, Err(Error::Superseded { .. })), "{late:?}");
    let late = bench.idempotency.release(&first).await;
    assert!(matches!(late, Err(Error::Superseded { .. })), "{late:?}");
    bench.idempotency.complete(&second, "result").await.unwrap();
    let twice = bench.idempotency.complete(&second, "other").await;
    assert!(matches!(twice, Err(Error::Superseded { .. })), "{twice:?}");
    assert_eq!(
        bench.acquire("hash").await,
        Acquisition::Completed(Some("result".to_owned()))
    );
}

#[tokio::test]
async fn another_payload_is_refused_while_in_progress_and_when_completed() {
    let bench = bench();
    let lease = bench.lease("hash").await;
    assert_eq!(bench.acquire("other").await, Acquisition::PayloadMismatch);
    bench.idempotency.complete(&lease, "result").await.unwrap();
    assert_eq!(bench.acquire("other").await, Acquisition::PayloadMismatch);
}

#[tokio::test]
async fn an_expired_record_that_is_still_there_does_not_count() {
    let bench = bench();
    let lease = bench.lease("hash").await;
    bench.idempotency.complete(&lease, "result").await.unwrap();
    bench.clock.advance(WINDOW);
    assert!(matches!(
        bench.acquire("hash").await,
        Acquisition::Completed(_)
    ));
    bench.clock.advance(Duration::from_secs(1));
    bench.lease("other").await;
}

#[tokio::test]
async fn a_record_without_in_progress_expiration_blocks_until_it_expires() {
    let bench = bench();
    bench.store.put(Record {
        id: "tx-1".to_owned(),
        status: Status::InProgress,
        expiration: 1_700_003_600,
        in_progress_expiration: None,
        data: None,
        validation: None,
    });
    assert_eq!(bench.acquire("hash").await, Acquisition::InProgress);
    bench.clock.advance(Duration::from_secs(3601));
    bench.lease("hash").await;
}

#[tokio::test]
async fn of_twenty_at_once_one_wins() {
    let bench = bench();
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let idempotency = bench.idempotency.clone();
            tokio::spawn(async move { idempotency.acquire("tx-1", "hash", REMAINING).await })
        })
        .collect();
    let outcomes: Vec<Acquisition> = join_all(tasks)
        .await
        .into_iter()
        .map(|joined| joined.unwrap().unwrap())
        .collect();
    let winners = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Acquisition::Acquired(_)))
        .count();
    let waiting = outcomes
        .iter()
        .filter(|outcome| **outcome == Acquisition::InProgress)
        .count();
    assert_eq!((winners, waiting), (1, 19));
}

/// Shows an expired record for a number of looks, as if it changed hands meanwhile.
struct Racing {
    looks: AtomicUsize,
    expired_for: usize,
    shows_record: bool,
}

#[async_trait]
impl Store for Racing {
    async fn insert(&self, record: &Record, _: i64) -> Result<Insertion, StoreError> {
        let settled = self.looks.fetch_add(1, Ordering::SeqCst) >= self.expired_for;
        let existing = Record {
            status: Status::Completed,
            expiration: if settled { i64::MAX } else { 0 },
            data: Some("result".to_owned()),
            ..record.clone()
        };
        Ok(Insertion::Refused(self.shows_record.then_some(existing)))
    }

    async fn read(&self, _: &str) -> Result<Option<Record>, StoreError> {
        Ok(None)
    }

    async fn complete(&self, _: &Lease, _: &str, _: i64) -> Result<bool, StoreError> {
        Ok(true)
    }

    async fn delete(&self, _: &Lease) -> Result<bool, StoreError> {
        Ok(true)
    }
}

async fn race(expired_for: usize, shows_record: bool) -> (Result<Acquisition, Error>, usize) {
    let store = Arc::new(Racing {
        looks: AtomicUsize::new(0),
        expired_for,
        shows_record,
    });
    let clock = Arc::new(ManualClock::at(NOW));
    let outcome = Idempotency::new(store.clone(), clock, WINDOW)
        .acquire("tx-1", "hash", REMAINING)
        .await;
    (outcome, store.looks.load(Ordering::SeqCst))
}

#[tokio::test]
async fn the_loser_of_a_race_looks_twice_more() {
    let (outcome, looks) = race(2, true).await;
    assert_eq!(
        outcome.unwrap(),
        Acquisition::Completed(Some("result".to_owned()))
    );
    assert_eq!(looks, 3);
}

#[tokio::test]
async fn a_record_that_never_settles_is_an_error() {
    for shows_record in [true, false] {
        let (outcome, looks) = race(usize::MAX, shows_record).await;
        assert!(matches!(
            outcome,
            Err(Error::Inconsistent { attempts: 3, .. })
        ));
        assert_eq!(looks, 3);
    }
}
