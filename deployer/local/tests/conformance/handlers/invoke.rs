//! Chained invokes: 5-1 to 5-16.

use aws_durable_execution_sdk::serdes::SerdesContext;
use aws_durable_execution_sdk::{BoxError, DurableContext, OperationError, Serdes};
use aws_sdk_lambda::Client;
use aws_sdk_lambda::types::EventType;
use serde_json::{Value, json};

use super::{Handlers, seconds};
use crate::support::{World, eventually};

/// The input with which a target fails.
const FAIL: &str = "fail";

pub(super) fn register(handlers: &mut Handlers<'_>) {
    for number in 1..=16 {
        register_target(handlers.world, &format!("5-{number}"));
    }
    succeeding(handlers);
    failing(handlers);
    composed(handlers);
    formats(handlers);
}

async fn invoke(context: &DurableContext, input: Value) -> Result<Value, OperationError> {
    context.invoke::<Value, Value>(target(context), input).await
}

/// Registers the function that the handler of a requirement invokes: it gives back what it is given,
/// and fails without anything.
fn register_target(world: &World, requirement: &str) {
    let (client, caller) = (world.client.clone(), requirement.to_owned());
    world.register(&format!("{requirement}-target"), move |event, _| {
        let (client, caller) = (client.clone(), caller.clone());
        async move {
            suspended(&client, &caller).await;
            if event == FAIL {
                return Err("deliberate failure".into());
            }
            Ok(event)
        }
    });
}

/// Waits until the caller is suspended: a target of this process can be faster than that, which no
/// target of the real service is.
async fn suspended(client: &Client, caller: &str) {
    eventually("caller is suspended", || async {
        let executions = client.list_durable_executions_by_function();
        let executions = executions.function_name(caller).send().await.ok()?;
        let execution = executions.durable_executions().first()?;
        let history = client.get_durable_execution_history();
        let history = history.durable_execution_arn(execution.durable_execution_arn());
        let history = history.reverse_order(true).max_items(1).send().await.ok()?;
        let last = history.events().first()?.event_type()?;
        (*last == EventType::InvocationCompleted).then_some(())
    })
    .await;
}

/// Returns the target of the function that runs.
fn target(context: &DurableContext) -> String {
    let caller = context.execution_arn().split(':').nth(6);
    format!("{}-target:$LATEST", caller.unwrap_or_default())
}

fn succeeding(handlers: &mut Handlers<'_>) {
    for requirement in ["5-1", "5-3", "5-4"] {
        handlers.on(requirement, |event, context: DurableContext| async move {
            Ok(invoke(&context, event).await?)
        });
    }
    handlers.on("5-2", |event, context: DurableContext| async move {
        let name = event["name"].as_str().unwrap_or_default().to_owned();
        let invoke = context.invoke::<Value, Value>(target(&context), event["payload"].clone());
        Ok(invoke.name(name).await?)
    });
    handlers.on("5-7", |_, context: DurableContext| async move {
        let large = json!("x".repeat(1_000_000));
        let result = invoke(&context, large).await?;
        Ok(json!(result.as_str().map(str::len)))
    });
    handlers.on("5-8", |event, context: DurableContext| async move {
        let tenant = event["tenantId"].as_str().unwrap_or_default().to_owned();
        let invoke = context.invoke::<Value, Value>(target(&context), event["payload"].clone());
        Ok(invoke.tenant_id(tenant).await?)
    });
}

fn failing(handlers: &mut Handlers<'_>) {
    handlers.on("5-5", |_, context: DurableContext| async move {
        Ok(invoke(&context, json!(FAIL)).await?)
    });
    handlers.on("5-6", |_, context: DurableContext| async move {
        let result = invoke(&context, json!(FAIL)).await;
        Ok(result.unwrap_or_else(|_| json!("fallback")))
    });
    handlers.on("5-10", |_, context: DurableContext| async move {
        let caught = invoke(&context, json!(FAIL)).await.is_err();
        context.wait(seconds(1)).await?;
        Ok(json!({"caught": caught}))
    });
}

fn composed(handlers: &mut Handlers<'_>) {
    handlers.on("5-9", |_, context: DurableContext| async move {
        let result = invoke(&context, json!("once")).await?;
        context.wait(seconds(1)).await?;
        Ok(result)
    });
    handlers.on("5-11", |_, context: DurableContext| async move {
        let input: Value = context.step(|_| async { Ok(json!("made")) }).await?;
        Ok(invoke(&context, input).await?)
    });
    handlers.on("5-12", |_, context: DurableContext| async move {
        let result = invoke(&context, json!("made")).await?;
        Ok(context.step(move |_| async move { Ok(result) }).await?)
    });
    handlers.on("5-13", |_, context: DurableContext| async move {
        let child = context.run_in_child_context(|child: DurableContext| async move {
            Ok(invoke(&child, json!("inside")).await?)
        });
        Ok(child.await?)
    });
    handlers.on("5-14", |_, context: DurableContext| async move {
        let first = invoke(&context, json!(1)).await?;
        let second = invoke(&context, json!(2)).await?;
        Ok(json!([first, second]))
    });
}

/// Writes and reads documents in upper case.
struct Shouted;

impl Serdes<Value> for Shouted {
    async fn serialize(&self, value: Value, _: SerdesContext) -> Result<String, BoxError> {
        Ok(value.to_string().to_uppercase())
    }

    async fn deserialize(&self, wire: String, _: SerdesContext) -> Result<Value, BoxError> {
        Ok(serde_json::from_str(&wire.to_uppercase())?)
    }
}

fn formats(handlers: &mut Handlers<'_>) {
    handlers.on("5-15", |event, context: DurableContext| async move {
        let invoke = context.invoke::<Value, Value>(target(&context), event);
        Ok(invoke.payload_serdes(Shouted).await?)
    });
    handlers.on("5-16", |event, context: DurableContext| async move {
        let invoke = context.invoke::<Value, Value>(target(&context), event);
        Ok(invoke.serdes(Shouted).await?)
    });
}
