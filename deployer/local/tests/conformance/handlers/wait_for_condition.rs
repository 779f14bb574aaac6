//! Waits for a condition: 6-1 to 6-13.

use aws_durable_execution_sdk::builders::JitterStrategy;
use aws_durable_execution_sdk::builders::wait_for_condition::WaitStrategy;
use aws_durable_execution_sdk::serdes::SerdesContext;
use aws_durable_execution_sdk::{BoxError, DurableContext, OperationError, Serdes, StepContext};
use serde_json::{Value, json};

use super::{Handlers, seconds};

pub(super) fn register(handlers: &mut Handlers<'_>) {
    counting(handlers);
    failing(handlers);
    states(handlers);
    following(handlers);
}

/// Looks again after so many seconds, until the state is right.
fn every<S: 'static>(
    delay: u64,
    is_met: impl Fn(&S) -> bool + Send + Sync + 'static,
) -> WaitStrategy<S> {
    WaitStrategy::builder(is_met)
        .initial_delay(seconds(delay))
        .backoff_rate(1.0)
        .jitter(JitterStrategy::None)
        .build()
}

async fn one_more(_: StepContext, state: i64) -> Result<i64, BoxError> {
    Ok(state + 1)
}

async fn raises(_: StepContext, _: i64) -> Result<i64, BoxError> {
    Err("deliberate failure".into())
}

/// Counts from a number up to another.
async fn count(context: &DurableContext, from: i64, to: i64) -> Result<i64, OperationError> {
    let counting = context.wait_for_condition(one_more, from);
    counting
        .wait_strategy(every(1, move |state| *state >= to))
        .await
}

fn counting(handlers: &mut Handlers<'_>) {
    for (requirement, from, delay) in [("6-1", 0, 1), ("6-4", 5, 1), ("6-5", 0, 2)] {
        handlers.on(
            requirement,
            move |event, context: DurableContext| async move {
                let threshold = event.as_i64().unwrap_or_default();
                let counting = context.wait_for_condition(one_more, from);
                let strategy = every(delay, move |state| *state >= threshold);
                Ok(json!(counting.wait_strategy(strategy).await?))
            },
        );
    }
    handlers.on("6-2", |_, context: DurableContext| async move {
        let unchanged = |_: StepContext, state: i64| async move { Ok(state) };
        let waiting = context.wait_for_condition(unchanged, 5);
        Ok(json!(
            waiting.wait_strategy(every(1, |state| *state >= 5)).await?
        ))
    });
    handlers.on("6-3", |_, context: DurableContext| async move {
        let polling = context.wait_for_condition(one_more, 0).name("poll-status");
        Ok(json!(
            polling.wait_strategy(every(1, |state| *state >= 2)).await?
        ))
    });
}

fn failing(handlers: &mut Handlers<'_>) {
    handlers.on("6-6", |_, context: DurableContext| async move {
        let strategy = WaitStrategy::builder(|_: &i64| false)
            .max_attempts(3)
            .initial_delay(seconds(1))
            .backoff_rate(1.0)
            .jitter(JitterStrategy::None)
            .build();
        let counting = context.wait_for_condition(one_more, 0);
        Ok(json!(counting.wait_strategy(strategy).await?))
    });
    handlers.on("6-7", |_, context: DurableContext| async move {
        let waiting = context.wait_for_condition(raises, 0);
        Ok(json!(waiting.wait_strategy(every(1, |_| false)).await?))
    });
    handlers.on("6-8", |_, context: DurableContext| async move {
        let waiting = context.wait_for_condition(raises, 0);
        let failed = waiting.wait_strategy(every(1, |_| false)).await.is_err();
        Ok(if failed {
            json!("recovered")
        } else {
            Value::Null
        })
    });
}

/// Writes a text in brackets.
struct Bracketed;

impl Serdes<String> for Bracketed {
    async fn serialize(&self, value: String, _: SerdesContext) -> Result<String, BoxError> {
        Ok(format!("[{value}]"))
    }

    async fn deserialize(&self, wire: String, _: SerdesContext) -> Result<String, BoxError> {
        let inner = wire
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        Ok(inner.ok_or("no brackets")?.to_owned())
    }
}

fn states(handlers: &mut Handlers<'_>) {
    handlers.on("6-9", |_, context: DurableContext| async move {
        let check = |_: StepContext, state: Value| async move {
            let attempts = state["attempts"].as_i64().unwrap_or_default() + 1;
            let status = if attempts >= 2 { "DONE" } else { "PENDING" };
            Ok(json!({"status": status, "attempts": attempts}))
        };
        let initial = json!({"status": "PENDING", "attempts": 0});
        let waiting = context.wait_for_condition(check, initial);
        let strategy = every(1, |state: &Value| state["status"] == "DONE");
        Ok(waiting.wait_strategy(strategy).await?)
    });
    handlers.on("6-10", |_, context: DurableContext| async move {
        let nothing = |_: StepContext, _: Value| async move { Ok(Value::Null) };
        let waiting = context.wait_for_condition(nothing, Value::Null);
        Ok(waiting.wait_strategy(every(1, Value::is_null)).await?)
    });
    handlers.on("6-11", |_, context: DurableContext| async move {
        let check = |_: StepContext, state: String| async move { Ok(state + "x") };
        let waiting = context.wait_for_condition(check, String::new());
        let strategy = every(1, |state: &String| state.len() >= 2);
        Ok(json!(
            waiting.serdes(Bracketed).wait_strategy(strategy).await?
        ))
    });
}

fn following(handlers: &mut Handlers<'_>) {
    handlers.on("6-12", |event, context: DurableContext| async move {
        let threshold = event.as_i64().unwrap_or_default();
        let state = count(&context, 0, threshold).await?;
        Ok(json!(
            context.step(move |_| async move { Ok(state * 10) }).await?
        ))
    });
    handlers.on("6-13", |_, context: DurableContext| async move {
        let first = count(&context, 0, 2).await?;
        Ok(json!(count(&context, first, 4).await?))
    });
}
