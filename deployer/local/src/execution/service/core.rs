//! What all executions share, and the one way to change an execution.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use durable_history::Timestamp;
use tokio::sync::{mpsc, watch};

use crate::execution::clock::Clock;
use crate::execution::error::StoreError;
use crate::execution::model::Change;
use crate::execution::names;
use crate::execution::service::entry::{Cell, Entry};
use crate::execution::service::faults::Faults;
use crate::execution::service::publish::Publisher;
use crate::execution::service::registry::{Expiries, Registry};
use crate::execution::service::settings::ServiceSettings;
use crate::execution::store::Store;
use crate::gateway::FunctionGateway;

/// What all executions share.
pub(crate) struct Core {
    pub(crate) gateway: Arc<dyn FunctionGateway>,
    pub(crate) settings: ServiceSettings,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) store: Arc<Store>,
    pub(crate) faults: Faults,
    pub(crate) publisher: Publisher,
    /// Takes the executions that begin, whose loops are then started.
    begun: mpsc::UnboundedSender<Arc<Entry>>,
    /// Turns true when the service stops taking work.
    pub(crate) stopping: watch::Sender<bool>,
    registry: Mutex<Registry>,
    expiries: Mutex<Expiries>,
}

impl Core {
    /// Puts the parts together, and returns where executions come out that begin.
    pub(crate) fn new(
        store: Store,
        gateway: Arc<dyn FunctionGateway>,
        settings: ServiceSettings,
        clock: Arc<dyn Clock>,
    ) -> (Arc<Self>, mpsc::UnboundedReceiver<Arc<Entry>>) {
        let store = Arc::new(store);
        let (begun, beginning) = mpsc::unbounded_channel();
        let core = Self {
            begun,
            publisher: Publisher::start(Arc::clone(&gateway), Arc::clone(&store)),
            gateway,
            settings,
            clock,
            store,
            faults: Faults::default(),
            stopping: watch::Sender::new(false),
            registry: Mutex::default(),
            expiries: Mutex::default(),
        };
        (Arc::new(core), beginning)
    }

    /// Lets the loop of an execution begin.
    pub(crate) fn begin(&self, entry: Arc<Entry>) {
        // Nobody takes it any more once the service is closed; the next one goes on with it.
        let _ = self.begun.send(entry);
    }

    /// Returns the present.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Returns whether the service takes no more work.
    pub(crate) fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Locks the registry. Never held across an await; an execution's lock may be taken inside it,
    /// not the other way round.
    pub(crate) fn registry(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an execution to those that are kept.
    pub(crate) fn keep(&self, registry: &mut Registry, entry: &Arc<Entry>) {
        self.expire(&entry.lock());
        registry.insert(Arc::clone(entry));
    }

    /// Notes when an execution is forgotten, once it is over.
    fn expire(&self, cell: &Cell) {
        if let Some(at) = cell.execution.expires_at() {
            self.expiries()
                .insert(at, cell.execution.identity.id.clone());
        }
    }

    /// Locks what says when executions are forgotten. No other lock is taken inside it.
    fn expiries(&self) -> MutexGuard<'_, Expiries> {
        self.expiries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the execution with this id.
    pub(crate) fn get(&self, id: &str) -> Option<Arc<Entry>> {
        self.registry().get(id).cloned()
    }

    /// Returns the execution of this ARN.
    pub(crate) fn find(&self, arn: &str) -> Option<Arc<Entry>> {
        let entry = self.get(names::execution_id(arn)?)?;
        let known = entry.lock().execution.identity.arn == arn;
        known.then_some(entry)
    }

    /// Forgets the executions whose retention has passed.
    pub(crate) fn forget_expired(&self, now: Timestamp) {
        let expired = self.expiries().take(now);
        for id in expired {
            if let Err(error) = self.delete(&id) {
                tracing::warn!(execution = %id, %error, "expired execution stays on disk");
                self.registry().remove(&id);
            }
        }
    }

    /// Forgets an execution that is over, on disk as well. Returns whether it was there.
    pub(crate) fn delete(&self, id: &str) -> Result<bool, StoreError> {
        // Held until the log is gone: of two who delete the same, one finds nothing.
        let mut registry = self.registry();
        let known = registry.get(id).is_some();
        if known {
            self.store.remove(id)?;
            registry.remove(id);
        }
        Ok(known)
    }

    /// Makes a change part of an execution: on disk first, then in memory, then for those who wait.
    pub(crate) fn commit(
        &self,
        entry: &Entry,
        cell: &mut Cell,
        change: Change,
    ) -> Result<(), StoreError> {
        if change.is_empty() {
            return Ok(());
        }
        if self.is_stopping() {
            return Err(StoreError::Closed);
        }
        self.store.append(&cell.execution.identity.id, &change)?;
        cell.execution.apply(change);
        if cell.execution.is_closed() && !*entry.closed.borrow() {
            cell.token = None;
            self.publisher.ended(&cell.execution);
            self.expire(cell);
            entry.closed.send_replace(true);
        }
        entry.wake.notify_one();
        Ok(())
    }

    /// Commits a change that came from outside the function, so that the function hears of it.
    pub(crate) fn commit_news(
        &self,
        entry: &Entry,
        cell: &mut Cell,
        change: Change,
    ) -> Result<(), StoreError> {
        let changed: Vec<String> = change
            .operations
            .iter()
            .map(|operation| operation.id.clone())
            .collect();
        self.commit(entry, cell, change)?;
        cell.unseen.extend(changed);
        Ok(())
    }
}
