//! Callbacks: 4-1 to 4-19.

use aws_durable_execution_sdk::builders::callback::Callback;
use aws_durable_execution_sdk::serdes::SerdesContext;
use aws_durable_execution_sdk::{BoxError, DurableContext, OperationError, Serdes};
use serde_json::{Value, json};

use super::{Handlers, seconds};

pub(super) fn register(handlers: &mut Handlers<'_>) {
    basic(handlers);
    with_steps_and_waits(handlers);
    caught(handlers);
    custom_formats(handlers);
    pairs(handlers);
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

async fn create(context: &DurableContext, name: &Value) -> Result<Callback<Value>, OperationError> {
    context.create_callback::<Value>().name(text(name)).await
}

fn basic(handlers: &mut Handlers<'_>) {
    for requirement in ["4-1", "4-6"] {
        handlers.on(requirement, |event, context: DurableContext| async move {
            Ok(create(&context, &event).await?.result().await?)
        });
    }
    handlers.on("4-2", |_, context: DurableContext| async move {
        Ok(create(&context, &json!("approval")).await?.result().await?)
    });
    handlers.on("4-3", |event, context: DurableContext| async move {
        let callback = context
            .create_callback::<Value>()
            .name(text(&event))
            .timeout(seconds(5));
        Ok(callback.await?.result().await?)
    });
    for (requirement, heartbeat) in [("4-4", 5), ("4-5", 10)] {
        handlers.on(
            requirement,
            move |event, context: DurableContext| async move {
                let callback = context.create_callback::<Value>().name(text(&event));
                Ok(callback
                    .heartbeat(seconds(heartbeat))
                    .await?
                    .result()
                    .await?)
            },
        );
    }
}

fn with_steps_and_waits(handlers: &mut Handlers<'_>) {
    handlers.on("4-7", |event, context: DurableContext| async move {
        let callback = create(&context, &event).await?;
        context.step(|_| async { Ok(1) }).await?;
        Ok(callback.result().await?)
    });
    handlers.on("4-8", |event, context: DurableContext| async move {
        let callback = context
            .create_callback::<Value>()
            .name(text(&event))
            .timeout(seconds(5));
        let callback = callback.await?;
        context.step(|_| async { Ok(1) }).await?;
        Ok(callback.result().await?)
    });
    for requirement in ["4-9", "4-10"] {
        handlers.on(requirement, |event, context: DurableContext| async move {
            let callback = create(&context, &event).await?;
            context.wait(seconds(5)).await?;
            Ok(callback.result().await?)
        });
    }
    handlers.on("4-11", |event, context: DurableContext| async move {
        let callback = context
            .create_callback::<Value>()
            .name(text(&event))
            .timeout(seconds(3));
        let callback = callback.await?;
        context.wait(seconds(6)).await?;
        Ok(callback.result().await?)
    });
    handlers.on("4-12", |event, context: DurableContext| async move {
        let result = create(&context, &event).await?.result().await?;
        context.wait(seconds(2)).await?;
        Ok(result)
    });
}

fn caught(handlers: &mut Handlers<'_>) {
    handlers.on("4-13", |event, context: DurableContext| async move {
        let result = create(&context, &event).await?.result().await;
        let message = result.err().map(|error| error.to_string());
        context.wait(seconds(2)).await?;
        Ok(json!(message))
    });
    handlers.on("4-14", |event, context: DurableContext| async move {
        let callback = context
            .create_callback::<Value>()
            .name(text(&event))
            .timeout(seconds(3));
        let message = callback
            .await?
            .result()
            .await
            .err()
            .map(|error| error.to_string());
        context.wait(seconds(2)).await?;
        Ok(json!(message))
    });
}

/// Reads a message whose time is written as text.
struct Dated;

impl Serdes<Value> for Dated {
    async fn serialize(&self, value: Value, _: SerdesContext) -> Result<String, BoxError> {
        Ok(value.to_string())
    }

    async fn deserialize(&self, wire: String, _: SerdesContext) -> Result<Value, BoxError> {
        let mut value: Value = serde_json::from_str(&wire)?;
        let date = text(&value["timestamp"]);
        let format = &time::format_description::well_known::Rfc3339;
        let point = time::OffsetDateTime::parse(&date, format)?;
        value["timestamp"] = json!(point.unix_timestamp());
        Ok(value)
    }
}

/// Reads a number.
struct Number;

impl Serdes<i64> for Number {
    async fn serialize(&self, value: i64, _: SerdesContext) -> Result<String, BoxError> {
        Ok(value.to_string())
    }

    async fn deserialize(&self, wire: String, _: SerdesContext) -> Result<i64, BoxError> {
        Ok(wire.trim().parse()?)
    }
}

fn custom_formats(handlers: &mut Handlers<'_>) {
    handlers.on("4-15", |event, context: DurableContext| async move {
        let callback = context
            .create_callback::<Value>()
            .name(text(&event))
            .serdes(Dated);
        Ok(json!({"received": callback.await?.result().await?}))
    });
    handlers.on("4-16", |event, context: DurableContext| async move {
        let callback = context
            .create_callback::<i64>()
            .name(text(&event))
            .serdes(Number);
        let count = callback.await?.result().await?;
        Ok(json!({"count": count, "doubled": count * 2}))
    });
}

fn pairs(handlers: &mut Handlers<'_>) {
    handlers.on("4-17", |event, context: DurableContext| async move {
        let first = create(&context, &event[0]).await?.result().await?;
        let second = create(&context, &event[1]).await?.result().await?;
        Ok(json!([first, second]))
    });
    handlers.on("4-18", |event, context: DurableContext| async move {
        let first = create(&context, &event[0]).await?;
        let second = create(&context, &event[1]).await?;
        let first = first.result().await?;
        Ok(json!([first, second.result().await?]))
    });
    handlers.on("4-19", |event, context: DurableContext| async move {
        let first = create(&context, &event[0]).await?;
        let second = create(&context, &event[1]).await?;
        let second = second.result().await?;
        Ok(json!([first.result().await?, second]))
    });
}
