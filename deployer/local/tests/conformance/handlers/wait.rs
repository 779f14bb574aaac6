//! Waits: 2-1 to 2-5.

use aws_durable_execution_sdk::DurableContext;
use serde_json::{Value, json};

use super::{Handlers, seconds};

pub(super) fn register(handlers: &mut Handlers<'_>) {
    for (requirement, duration) in [("2-1", 2), ("2-4", 60), ("2-5", 3600)] {
        handlers.on(requirement, move |_, context: DurableContext| async move {
            context.wait(seconds(duration)).await?;
            Ok(Value::Null)
        });
    }
    handlers.on("2-2", |_, context: DurableContext| async move {
        context.wait(seconds(2)).name("custom_wait_name").await?;
        Ok(Value::Null)
    });
    handlers.on("2-3", |_, context: DurableContext| async move {
        context.wait(seconds(2)).name("wait-1").await?;
        context.wait(seconds(2)).name("wait-2").await?;
        Ok(json!({"completedWaits": 2}))
    });
}
