//! The service as its embedder sees it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::response::Response;

use crate::execution::api;
use crate::execution::clock::{Clock, SystemClock};
use crate::execution::error::StoreError;
use crate::execution::names;
use crate::execution::service::core::Core;
use crate::execution::service::drive;
use crate::execution::service::entry::Entry;
use crate::execution::service::request::InvokeRequest;
use crate::execution::service::settings::ServiceSettings;
use crate::execution::store::Store;
use crate::execution::transition;
use crate::gateway::{DurableFunction, FunctionGateway};

/// How long events that wait to be published hold the end back. Ends that were not published are
/// published when the store is opened next, and thousands may wait.
const LAST_EVENTS: Duration = Duration::from_secs(2);

/// How often executions whose retention has passed are looked for.
const SWEEP: Duration = Duration::from_mins(1);

/// How many executions the service knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExecutionCounts {
    /// Those that run or wait.
    pub running: usize,
    /// All that are kept, closed ones too.
    pub total: usize,
    /// Those whose log was damaged, now or at an earlier opening, and lies set aside in the folder.
    pub damaged: usize,
}

/// The durable execution service. Clones share everything.
#[derive(Clone)]
pub struct ExecutionService {
    core: Arc<Core>,
    damaged: usize,
}

impl std::fmt::Debug for ExecutionService {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ExecutionService")
            .finish_non_exhaustive()
    }
}

impl ExecutionService {
    /// Opens the store in a folder, which is made when missing, and goes on with every execution
    /// in it: timers count from when they were set, and a function that ran is invoked again.
    ///
    /// Must be called within a Tokio runtime.
    pub async fn open(
        directory: &Path,
        gateway: Arc<dyn FunctionGateway>,
        settings: ServiceSettings,
    ) -> Result<Self, StoreError> {
        Self::open_at(directory, gateway, settings, Arc::new(SystemClock)).await
    }

    /// Opens the store with a clock of the caller's.
    pub(crate) async fn open_at(
        directory: &Path,
        gateway: Arc<dyn FunctionGateway>,
        settings: ServiceSettings,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StoreError> {
        let folder = directory.to_owned();
        let (store, loaded) = tokio::task::spawn_blocking(move || {
            let store = Store::open(&folder)?;
            let loaded = store.load()?;
            Ok::<_, StoreError>((store, loaded))
        })
        .await
        .map_err(|error| StoreError::File {
            operation: "read",
            path: directory.to_owned(),
            source: std::io::Error::other(error),
        })??;
        let (core, beginning) = Core::new(store, gateway, settings, clock);
        drive::spawn_all(Arc::clone(&core), beginning);
        let mut entries = Vec::new();
        for stored in loaded.executions {
            if !stored.announced {
                core.publisher.ended(&stored.execution);
            }
            entries.push(Arc::new(Entry::new(stored.execution)));
        }
        for entry in &entries {
            core.keep(&mut core.registry(), entry);
        }
        core.forget_expired(core.now());
        for entry in entries {
            revive(&core, &entry)?;
            if !*entry.closed.borrow() {
                core.begin(entry);
            }
        }
        spawn_sweeper(Arc::clone(&core));
        Ok(Self {
            core,
            damaged: loaded.damaged,
        })
    }

    /// Returns the routes below `/2025-12-01`, and `POST /_local/faults`.
    ///
    /// They must be served with `ConnectInfo<SocketAddr>`, or no fault can be injected.
    pub fn routes(&self) -> Router {
        api::routes(Arc::clone(&self.core))
    }

    /// Answers an Invoke request for a durable function, errors included.
    pub async fn invoke(&self, function: DurableFunction, request: InvokeRequest) -> Response {
        api::invoke(&self.core, &function, request).await
    }

    /// Returns the ARN of the execution that waits for a callback, or waited.
    pub(crate) fn waiting_for(&self, callback: &str) -> Option<String> {
        let (execution, _) = names::callback_target(callback)?;
        let entry = self.core.get(&execution)?;
        let arn = entry.lock().execution.identity.arn.clone();
        Some(arn)
    }

    /// Returns how many executions there are.
    #[expect(
        clippy::unused_async,
        reason = "all calls into the service are asynchronous"
    )]
    pub async fn counts(&self) -> ExecutionCounts {
        let registry = self.core.registry();
        let running = registry.all().filter(|entry| !*entry.closed.borrow());
        ExecutionCounts {
            running: running.count(),
            total: registry.all().len(),
            damaged: self.damaged,
        }
    }

    /// Stops taking work and waits until what happened so far is stored and published.
    ///
    /// Functions that run are left alone: what they still checkpoint is refused, and they are
    /// invoked again when the service opens next.
    pub async fn close(&self) {
        self.core.stopping.send_replace(true);
        let flushed = self.core.publisher.flush();
        if tokio::time::timeout(LAST_EVENTS, flushed).await.is_err() {
            tracing::info!("events that are left are published at the next start");
        }
    }
}

/// A function that ran when the service went away is due again, or paused where that waited for it.
fn revive(core: &Core, entry: &Entry) -> Result<(), StoreError> {
    let mut cell = entry.lock();
    let change = transition::lose_invocation(&cell.execution, core.now());
    core.commit(entry, &mut cell, change)
}

#[expect(
    clippy::disallowed_methods,
    reason = "what is old is looked for now and then"
)]
fn spawn_sweeper(core: Arc<Core>) {
    tokio::spawn(async move {
        let mut stopping = core.stopping.subscribe();
        loop {
            tokio::select! {
                () = tokio::time::sleep(SWEEP) => core.forget_expired(core.now()),
                _ = stopping.wait_for(|stopping| *stopping) => return,
            }
        }
    });
}
