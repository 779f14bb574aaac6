//! A handler for each requirement file, written from its prose.

mod callback;
mod child;
mod invoke;
mod map;
mod parallel;
mod step;
mod wait;
mod wait_for_callback;
mod wait_for_condition;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_durable_execution_sdk::builders::{JitterStrategy, RetryStrategyConfig};
use aws_durable_execution_sdk::{BoxError, DurableContext, StepContext};
use serde_json::Value;

use crate::support::{Crash, World};

/// What handlers wrote to their log, by requirement.
pub(crate) type Logs = Arc<Mutex<BTreeMap<String, Vec<String>>>>;

/// The functions of a run.
pub(crate) struct Handlers<'a> {
    pub(crate) world: &'a World,
    pub(crate) logs: Logs,
    pub(crate) known: Vec<String>,
}

impl Handlers<'_> {
    /// Adds the handler of a requirement.
    fn on<F, Fut>(&mut self, requirement: &str, handler: F) -> Crash
    where
        F: Fn(Value, DurableContext) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Value, BoxError>> + Send + 'static,
    {
        self.known.push(requirement.to_owned());
        self.world.register(requirement, handler)
    }

    /// Returns what writes to the log of a requirement.
    fn log(&self, requirement: &str) -> impl Fn(String) + Clone + Send + Sync + use<> {
        let (logs, requirement) = (Arc::clone(&self.logs), requirement.to_owned());
        move |line| {
            logs.lock()
                .unwrap()
                .entry(requirement.clone())
                .or_default()
                .push(line);
        }
    }
}

/// Registers all handlers.
pub(crate) fn register(handlers: &mut Handlers<'_>) {
    step::register(handlers);
    wait::register(handlers);
    callback::register(handlers);
    parallel::register(handlers);
    child::register(handlers);
    map::register(handlers);
    invoke::register(handlers);
    wait_for_callback::register(handlers);
    wait_for_condition::register(handlers);
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A retry after a second each time.
fn retries(attempts: u32) -> RetryStrategyConfig {
    RetryStrategyConfig::builder()
        .max_attempts(attempts)
        .initial_delay(seconds(1))
        .backoff_rate(1.0)
        .jitter(JitterStrategy::None)
        .build()
}

/// A step's body that always fails.
async fn fails(_: StepContext) -> Result<String, BoxError> {
    Err("deliberate failure".into())
}

/// Returns a step's body that succeeds from an attempt on.
fn succeeds_from(
    attempt: u32,
    value: &'static str,
) -> impl FnOnce(StepContext) -> std::future::Ready<Result<String, BoxError>> + Send + 'static {
    move |context| {
        std::future::ready(if context.attempt() < attempt {
            Err("not yet".into())
        } else {
            Ok(value.to_owned())
        })
    }
}
