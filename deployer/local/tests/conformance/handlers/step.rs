//! Steps: 1-1 to 1-20.

use aws_durable_execution_sdk::builders::{JitterStrategy, RetryStrategyConfig};
use aws_durable_execution_sdk::serdes::SerdesContext;
use aws_durable_execution_sdk::{
    BoxError, DurableContext, RetryDecision, Serdes, StepContext, StepSemantics, TypedError,
};
use serde_json::{Value, json};

use super::{Handlers, fails, retries, seconds, succeeds_from};

pub(super) fn register(handlers: &mut Handlers<'_>) {
    plain(handlers);
    replays(handlers);
    retried(handlers);
    crashes(handlers);
    errors(handlers);
}

fn greet(event: &Value) -> String {
    format!("Hello, {}!", event.as_str().unwrap_or_default())
}

/// Writes every text in upper case.
struct Uppercase;

impl Serdes<String> for Uppercase {
    async fn serialize(&self, value: String, _: SerdesContext) -> Result<String, BoxError> {
        Ok(serde_json::to_string(&value.to_uppercase())?)
    }

    async fn deserialize(&self, wire: String, _: SerdesContext) -> Result<String, BoxError> {
        Ok(serde_json::from_str(&wire)?)
    }
}

fn plain(handlers: &mut Handlers<'_>) {
    handlers.on("1-1", |event, context: DurableContext| async move {
        Ok(json!(
            context
                .step(move |_| async move { Ok(greet(&event)) })
                .await?
        ))
    });
    handlers.on("1-2", |event, context: DurableContext| async move {
        Ok(json!(
            context
                .step(move |_| async move { Ok(greet(&event)) })
                .name("custom_step_name")
                .await?
        ))
    });
    handlers.on("1-3", |_, context: DurableContext| async move {
        let first: String = context.step(|_| async { Ok("first".to_owned()) }).await?;
        let second: String = context
            .step(move |_| async move { Ok(format!("{first}_second")) })
            .await?;
        Ok(json!(second))
    });
    handlers.on("1-4", |event, context: DurableContext| async move {
        let response: Value = context
            .step(move |_| async move {
                let count = event["tags"].as_array().map_or(0, Vec::len);
                Ok(json!({
                    "user": {"name": event["name"], "tags": event["tags"]},
                    "count": count,
                }))
            })
            .await?;
        Ok(response)
    });
    handlers.on("1-5", |_, context: DurableContext| async move {
        let nothing: Value = context.step(|_| async { Ok(Value::Null) }).await?;
        Ok(nothing)
    });
    handlers.on("1-6", |event, context: DurableContext| async move {
        let text = event.as_str().unwrap_or_default().to_owned();
        let upper = context
            .step(move |_| async move { Ok(text) })
            .serdes(Uppercase)
            .await?;
        Ok(json!(upper))
    });
    let log = handlers.log("1-7");
    handlers.on("1-7", move |event, context: DurableContext| {
        let log = log.clone();
        async move {
            let greeting = context.step(move |_| async move {
                log(format!(
                    "Greeting step started for: {}",
                    event.as_str().unwrap_or_default()
                ));
                let greeting = greet(&event);
                log(format!("Greeting step completed with: {greeting}"));
                Ok(greeting)
            });
            Ok(json!(greeting.await?))
        }
    });
}

fn replays(handlers: &mut Handlers<'_>) {
    for (requirement, value, wait) in [("1-8", "computed", 2), ("1-9", "cached_value", 1)] {
        handlers.on(requirement, move |_, context: DurableContext| async move {
            let result: String = context
                .step(move |_| async move { Ok(value.to_owned()) })
                .await?;
            context.wait(seconds(wait)).await?;
            Ok(json!(result))
        });
    }
    handlers.on("1-10", |_, context: DurableContext| async move {
        let failed = context
            .step(fails)
            .retry_strategy_config(retries(1))
            .await
            .is_err();
        context.wait(seconds(1)).await?;
        Ok(json!({"caught": failed}))
    });
}

/// An error that a strategy tells by its type.
fn transient() -> BoxError {
    Box::new(TypedError::with_type("TransientError", "try again"))
}

fn retried(handlers: &mut Handlers<'_>) {
    handlers.on("1-11", |_, context: DurableContext| async move {
        let step = context.step(succeeds_from(2, "Operation succeeded"));
        Ok(json!(step.retry_strategy_config(retries(3)).await?))
    });
    handlers.on("1-12", |_, context: DurableContext| async move {
        Ok(json!(
            context
                .step(fails)
                .retry_strategy_config(retries(4))
                .await?
        ))
    });
    handlers.on("1-13", |_, context: DurableContext| async move {
        Ok(json!(context.step(succeeds_from(3, "done")).await?))
    });
    handlers.on("1-14", |_, context: DurableContext| async move {
        let config = RetryStrategyConfig::builder()
            .max_attempts(5)
            .initial_delay(seconds(2))
            .backoff_rate(3.0)
            .jitter(JitterStrategy::None)
            .build();
        let step = context.step(succeeds_from(3, "done"));
        Ok(json!(step.retry_strategy_config(config).await?))
    });
    handlers.on("1-15", |_, context: DurableContext| async move {
        let step = context.step(|step: StepContext| async move {
            if step.attempt() == 1 {
                Err(transient())
            } else {
                Ok("recovered".to_owned())
            }
        });
        let step = step.retry_strategy(|error, _| {
            if format!("{error:?}").contains("TransientError") {
                RetryDecision::Retry { delay: seconds(1) }
            } else {
                RetryDecision::Stop
            }
        });
        Ok(json!(step.await?))
    });
    handlers.on("1-16", |_, context: DurableContext| async move {
        let step = context.step(|_| async { Err::<String, _>(transient()) });
        Ok(json!(
            step.retry_strategy(|_, _| RetryDecision::Stop).await?
        ))
    });
}

fn crashes(handlers: &mut Handlers<'_>) {
    let crash = std::sync::Arc::new(std::sync::OnceLock::<crate::support::Crash>::new());
    let (log, handle) = (handlers.log("1-17"), crash.clone());
    let known = handlers.on("1-17", move |event, context: DurableContext| {
        let (log, crash) = (log.clone(), handle.clone());
        async move {
            let step = context.step(move |_| async move {
                log(event.to_string());
                let crash = crash.get().cloned().unwrap_or_default();
                crash.now::<Result<String, BoxError>>().await
            });
            let step = step.name("at_most_once_flaky_step");
            let step = step.semantics(StepSemantics::AtMostOncePerRetry);
            Ok(json!(step.retry_strategy_config(retries(1)).await?))
        }
    });
    crash.get_or_init(|| known);

    let crash = std::sync::Arc::new(std::sync::OnceLock::<crate::support::Crash>::new());
    let (log, handle) = (handlers.log("1-18"), crash.clone());
    let known = handlers.on("1-18", move |event, context: DurableContext| {
        let (log, crash) = (log.clone(), handle.clone());
        async move {
            let step = context.step(move |step: StepContext| async move {
                log(event.to_string());
                if step.attempt() == 1 {
                    crash.get().cloned().unwrap_or_default().now::<()>().await;
                }
                Ok("succeeded on second attempt".to_owned())
            });
            let step = step.semantics(StepSemantics::AtMostOncePerRetry);
            Ok(json!(step.retry_strategy_config(retries(3)).await?))
        }
    });
    crash.get_or_init(|| known);
}

fn errors(handlers: &mut Handlers<'_>) {
    handlers.on("1-19", |_, context: DurableContext| async move {
        Ok(json!(
            context
                .step(fails)
                .retry_strategy_config(retries(1))
                .await?
        ))
    });
    handlers.on("1-20", |_, context: DurableContext| async move {
        let first = context.step(fails).retry_strategy_config(retries(1)).await;
        let fallback = first.unwrap_or_else(|_| "fallback_result".to_owned());
        Ok(json!(
            context.step(move |_| async move { Ok(fallback) }).await?
        ))
    });
}
