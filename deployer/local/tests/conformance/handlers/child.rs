//! Child contexts: 3-1 to 3-18.

use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_durable_execution_sdk::serdes::SerdesContext;
use aws_durable_execution_sdk::{BoxError, DurableContext, OperationError, Serdes, StepContext};
use serde_json::{Value, json};

use super::{Handlers, fails, retries, seconds};
use crate::support::Crash;

pub(super) fn register(handlers: &mut Handlers<'_>) {
    plain(handlers);
    failing(handlers);
    retried(handlers);
    waiting(handlers);
    logging(handlers);
    crashing(handlers);
}

/// Runs a step that returns a value.
async fn echo(context: &DurableContext, value: Value) -> Result<Value, OperationError> {
    context.step(move |_| async move { Ok(value) }).await
}

/// Runs a child context with one step that returns a value.
async fn child(context: &DurableContext, value: Value) -> Result<Value, OperationError> {
    let child = context.run_in_child_context(|child: DurableContext| async move {
        Ok(echo(&child, value).await?)
    });
    child.name("child").await
}

/// Runs a child context whose only step fails, and is tried so often.
async fn failing_child(context: &DurableContext, attempts: u32) -> Result<Value, OperationError> {
    let child = context.run_in_child_context(move |child: DurableContext| async move {
        let step = child.step(fails).retry_strategy_config(retries(attempts));
        Ok(json!(step.await?))
    });
    child.name("child").await
}

fn plain(handlers: &mut Handlers<'_>) {
    handlers.on("3-1", |event, context: DurableContext| async move {
        Ok(child(&context, event).await?)
    });
    handlers.on("3-2", |event, context: DurableContext| async move {
        let name = event["name"].as_str().unwrap_or_default().to_owned();
        let value = event["value"].clone();
        let child = context.run_in_child_context(|child: DurableContext| async move {
            Ok(echo(&child, value).await?)
        });
        Ok(child.name(name).await?)
    });
    handlers.on("3-3", |event, context: DurableContext| async move {
        let child = context.run_in_child_context(|child: DurableContext| async move {
            let first = echo(&child, event).await?;
            Ok(echo(&child, first).await?)
        });
        Ok(child.name("child").await?)
    });
    handlers.on("3-6", |event, context: DurableContext| async move {
        let outer = context.run_in_child_context(|outer: DurableContext| async move {
            let value = echo(&outer, event).await?;
            Ok(child(&outer, value).await?)
        });
        Ok(outer.name("outer").await?)
    });
    handlers.on("3-14", |event, context: DurableContext| async move {
        let child = context.run_in_child_context(|child: DurableContext| async move {
            let value = echo(&child, event).await?;
            Ok(value.as_str().unwrap_or_default().to_owned())
        });
        Ok(json!(child.name("child").serdes(Shouted).await?))
    });
    handlers.on("3-16", |_, context: DurableContext| async move {
        let child = context.run_in_child_context(|_| async { Ok(Value::Null) });
        Ok(child.name("child").await?)
    });
}

/// Writes a text as it is, in upper case.
struct Shouted;

impl Serdes<String> for Shouted {
    async fn serialize(&self, value: String, _: SerdesContext) -> Result<String, BoxError> {
        Ok(value.to_uppercase())
    }

    async fn deserialize(&self, wire: String, _: SerdesContext) -> Result<String, BoxError> {
        Ok(wire)
    }
}

fn failing(handlers: &mut Handlers<'_>) {
    for (requirement, attempts) in [("3-4", 1), ("3-8", 2)] {
        handlers.on(requirement, move |_, context: DurableContext| async move {
            Ok(failing_child(&context, attempts).await?)
        });
    }
    handlers.on("3-5", |event, context: DurableContext| async move {
        let caught = failing_child(&context, 1).await.err();
        caught.ok_or("the child did not fail")?;
        Ok(echo(&context, event).await?)
    });
    handlers.on("3-15", |_, context: DurableContext| async move {
        let child = context.run_in_child_context(|_| async {
            Err::<Value, BoxError>("deliberate failure".into())
        });
        Ok(child.name("child").await?)
    });
}

fn retried(handlers: &mut Handlers<'_>) {
    handlers.on("3-7", |event, context: DurableContext| async move {
        let child = context.run_in_child_context(|child: DurableContext| async move {
            let step = child.step(|step: StepContext| async move {
                if step.attempt() == 1 {
                    return Err("not yet".into());
                }
                Ok(event)
            });
            Ok(step.retry_strategy_config(retries(2)).await?)
        });
        Ok(child.name("child").await?)
    });
}

/// Runs a child context with a step and a wait after it.
async fn pausing_child(context: &DurableContext, value: Value) -> Result<Value, OperationError> {
    let child = context.run_in_child_context(|child: DurableContext| async move {
        let value = echo(&child, value).await?;
        child.wait(seconds(1)).await?;
        Ok(value)
    });
    child.name("child").await
}

fn waiting(handlers: &mut Handlers<'_>) {
    handlers.on("3-9", |event, context: DurableContext| async move {
        let value = child(&context, event).await?;
        context.wait(seconds(1)).await?;
        Ok(value)
    });
    handlers.on("3-10", |event, context: DurableContext| async move {
        Ok(pausing_child(&context, event).await?)
    });
    handlers.on("3-13", |event, context: DurableContext| async move {
        let child = context.run_in_child_context(|child: DurableContext| async move {
            child.wait(seconds(1)).await?;
            Ok(event)
        });
        let value = child.name("child").await?;
        Ok(echo(&context, value).await?)
    });
    handlers.on("3-18", |event, context: DurableContext| async move {
        let value = pausing_child(&context, event).await?;
        let value = echo(&context, value).await?;
        context.wait(seconds(1)).await?;
        Ok(value)
    });
}

/// More than a checkpoint takes of a context's result.
const LARGE: usize = 300 * 1024;

fn logging(handlers: &mut Handlers<'_>) {
    let log = handlers.log("3-11");
    handlers.on("3-11", move |event, context: DurableContext| {
        let log = log.clone();
        async move {
            let child = context.run_in_child_context(|child: DurableContext| async move {
                log(event.to_string());
                let small = echo(&child, event).await?;
                Ok(small.to_string().repeat(LARGE / small.to_string().len()))
            });
            let large = child.name("child").await?;
            context.wait(seconds(1)).await?;
            Ok(json!(large.len()))
        }
    });
    let log = handlers.log("3-17");
    handlers.on("3-17", move |event, context: DurableContext| {
        let log = log.clone();
        async move {
            let child = context.run_in_child_context(|_| async move {
                log(event.to_string());
                Ok(event)
            });
            let value = child.name("child").await?;
            context.wait(seconds(1)).await?;
            Ok(value)
        }
    });
}

fn crashing(handlers: &mut Handlers<'_>) {
    let crash = Arc::new(OnceLock::<Crash>::new());
    let (handle, crashed) = (Arc::clone(&crash), Arc::new(AtomicBool::new(false)));
    let known = handlers.on("3-12", move |event, context: DurableContext| {
        let (crash, crashed) = (Arc::clone(&handle), Arc::clone(&crashed));
        async move {
            let child = context.run_in_child_context(|child: DurableContext| async move {
                let step = child.step(move |_| async move {
                    if !crashed.swap(true, Ordering::SeqCst) {
                        crash.get().cloned().unwrap_or_default().now::<()>().await;
                    }
                    Ok(event)
                });
                Ok(step.await?)
            });
            Ok(child.name("child").await?)
        }
    });
    crash.get_or_init(|| known);
}
