//! Waits for a callback: 7-1 to 7-15.

use aws_durable_execution_sdk::{BoxError, DurableContext, OperationError, StepContext};
use serde_json::{Value, json};

use super::{Handlers, retries, seconds};

pub(super) fn register(handlers: &mut Handlers<'_>) {
    answered(handlers);
    caught(handlers);
    limited(handlers);
    composed(handlers);
}

/// A submitter that tells nobody.
async fn submit(_: StepContext, _: String) -> Result<(), BoxError> {
    Ok(())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

async fn wait_for(context: &DurableContext, name: &str) -> Result<Value, OperationError> {
    context
        .wait_for_callback::<Value, _, _>(submit)
        .name(name)
        .await
}

fn answered(handlers: &mut Handlers<'_>) {
    for requirement in ["7-1", "7-4", "7-15"] {
        handlers.on(requirement, |event, context: DurableContext| async move {
            Ok(wait_for(&context, &text(&event)).await?)
        });
    }
    handlers.on("7-2", |_, context: DurableContext| async move {
        Ok(wait_for(&context, "approval").await?)
    });
    handlers.on("7-3", |_, context: DurableContext| async move {
        Ok(context.wait_for_callback::<Value, _, _>(submit).await?)
    });
    handlers.on("7-11", |event, context: DurableContext| async move {
        Ok(wait_for(&context, &text(&event)).await?["status"].take())
    });
}

fn caught(handlers: &mut Handlers<'_>) {
    handlers.on("7-6", |event, context: DurableContext| async move {
        let answer = wait_for(&context, &text(&event)).await;
        Ok(answer.unwrap_or_else(|_| json!("recovered")))
    });
    handlers.on("7-14", |event, context: DurableContext| async move {
        let callback = context.wait_for_callback::<Value, _, _>(submit);
        let answer = callback.name(text(&event)).timeout(seconds(3)).await;
        Ok(answer.unwrap_or_else(|_| json!("timed-out-handled")))
    });
}

fn limited(handlers: &mut Handlers<'_>) {
    handlers.on("7-5", |event, context: DurableContext| async move {
        let callback = context.wait_for_callback::<Value, _, _>(submit);
        Ok(callback.name(text(&event)).timeout(seconds(3)).await?)
    });
    for (requirement, heartbeat) in [("7-12", 5), ("7-13", 10)] {
        handlers.on(
            requirement,
            move |event, context: DurableContext| async move {
                let callback = context.wait_for_callback::<Value, _, _>(submit);
                let callback = callback.name(text(&event)).heartbeat(seconds(heartbeat));
                Ok(callback.await?)
            },
        );
    }
    handlers.on("7-7", |event, context: DurableContext| async move {
        let raises = |_: StepContext, _: String| async { Err("deliberate failure".into()) };
        let callback = context.wait_for_callback::<Value, _, _>(raises);
        let callback = callback.name(text(&event));
        Ok(callback.submitter_retry_config(retries(2)).await?)
    });
}

fn composed(handlers: &mut Handlers<'_>) {
    handlers.on("7-8", |event, context: DurableContext| async move {
        let wrapper = context.run_in_child_context(|child: DurableContext| async move {
            Ok(wait_for(&child, &text(&event)).await?)
        });
        Ok(wrapper.name("wrapper").await?)
    });
    handlers.on("7-9", |_, context: DurableContext| async move {
        wait_for(&context, "first").await?;
        Ok(wait_for(&context, "second").await?)
    });
    handlers.on("7-10", |event, context: DurableContext| async move {
        context.wait(seconds(1)).await?;
        context.step(|_| async { Ok("data".to_owned()) }).await?;
        Ok(wait_for(&context, &text(&event)).await?)
    });
}
