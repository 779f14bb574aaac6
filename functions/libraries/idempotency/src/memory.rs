//! Records in memory, with the semantics of the table.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::record::{Lease, Record, Status};
use crate::store::{Insertion, Store, StoreError};

/// A store for one process. Like DynamoDB, it does not delete what has expired.
#[derive(Debug, Default)]
pub struct MemoryStore {
    records: Mutex<BTreeMap<String, Record>>,
}

impl MemoryStore {
    /// Returns an empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a record, whatever is there.
    pub fn put(&self, record: Record) {
        self.lock().insert(record.id.clone(), record);
    }

    /// Returns the record as it is.
    pub fn get(&self, id: &str) -> Option<Record> {
        self.lock().get(id).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Record>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn insert(&self, record: &Record, now_millis: i64) -> Result<Insertion, StoreError> {
        let mut records = self.lock();
        match records.get(&record.id) {
            Some(existing) if !existing.can_be_taken(now_millis) => {
                Ok(Insertion::Refused(Some(existing.clone())))
            }
            _ => {
                records.insert(record.id.clone(), record.clone());
                Ok(Insertion::Inserted)
            }
        }
    }

    async fn read(&self, id: &str) -> Result<Option<Record>, StoreError> {
        Ok(self.get(id))
    }

    async fn complete(
        &self,
        lease: &Lease,
        data: &str,
        expiration: i64,
    ) -> Result<bool, StoreError> {
        match self.lock().get_mut(&lease.id) {
            Some(record) if holds(lease, record) => {
                record.status = Status::Completed;
                record.data = Some(data.to_owned());
                record.expiration = expiration;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    async fn delete(&self, lease: &Lease) -> Result<bool, StoreError> {
        let mut records = self.lock();
        let held = records
            .get(&lease.id)
            .is_some_and(|record| holds(lease, record));
        if held {
            records.remove(&lease.id);
        }
        Ok(held)
    }
}

fn holds(lease: &Lease, record: &Record) -> bool {
    record.status == Status::InProgress
        && record.in_progress_expiration == Some(lease.in_progress_expiration)
}
