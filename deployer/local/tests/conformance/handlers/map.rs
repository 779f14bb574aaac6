//! Maps: 9-1 to 9-20.

use aws_durable_execution_sdk::builders::map_parallel::{
    BatchResult, BatchSummary, CompletionConfig, NestingMode,
};
use aws_durable_execution_sdk::serdes::SerdesContext;
use aws_durable_execution_sdk::{BoxError, DurableContext, OperationError, Serdes};
use serde_json::{Value, json};

use super::parallel::{ALL, COUNTS, project};
use super::{Handlers, seconds};

pub(super) fn register(handlers: &mut Handlers<'_>) {
    plain(handlers);
    completions(handlers);
    shapes(handlers);
    suspended(handlers);
    formats(handlers);
}

fn items(event: &Value) -> Vec<Value> {
    event.as_array().cloned().unwrap_or_default()
}

fn number(item: &Value) -> i64 {
    item.as_i64().unwrap_or_default()
}

fn upper(item: &str) -> String {
    item.to_uppercase()
}

/// An iteration that returns its item, and fails where the item says so.
async fn outcome(_: DurableContext, item: &'static str, _: usize) -> Result<Value, BoxError> {
    if item == "fail" {
        return Err("deliberate failure".into());
    }
    Ok(json!(item))
}

/// An iteration with one step, which returns the item.
async fn steps(context: DurableContext, item: &'static str, _: usize) -> Result<Value, BoxError> {
    Ok(context
        .step(move |_| async move { Ok(json!(item)) })
        .await?)
}

/// Maps one item after the other, to what each says, and returns the whole result.
async fn batch(
    context: &DurableContext,
    name: &str,
    items: &[&'static str],
    completion: CompletionConfig,
) -> Result<BatchResult<Value>, OperationError> {
    let map = context.map(items.to_vec(), outcome).name(name);
    map.max_concurrency(1)
        .completion(completion)
        .await_batch()
        .await
}

fn plain(handlers: &mut Handlers<'_>) {
    handlers.on("9-1", |event, context: DurableContext| async move {
        let map = context.map(
            items(&event),
            |context: DurableContext, item: Value, _| async move {
                let greeting = format!("Hello, {}!", item.as_str().unwrap_or_default());
                Ok(context.step(move |_| async move { Ok(greeting) }).await?)
            },
        );
        Ok(json!(map.name("map").max_concurrency(1).await?))
    });
    handlers.on("9-2", |event, context: DurableContext| async move {
        let double = |_, item: Value, _| async move { Ok(number(&item) * 2) };
        Ok(json!(
            context
                .map(items(&event), double)
                .max_concurrency(1)
                .await?
        ))
    });
    handlers.on("9-3", |event, context: DurableContext| async move {
        let add = |_, item: Value, index| async move { Ok(number(&item) + i64::try_from(index)?) };
        let map = context.map(items(&event), add).name("indexed");
        Ok(json!(map.max_concurrency(1).await?))
    });
    handlers.on("9-4", |_, context: DurableContext| async move {
        Ok(json!(context.map(Vec::new(), outcome).name("empty").await?))
    });
    handlers.on("9-11", |_, context: DurableContext| async move {
        let map = context.map(["r0", "r1", "r2"], outcome).name("concurrent");
        Ok(json!(map.max_concurrency(2).await?))
    });
    handlers.on("9-13", |event, context: DurableContext| async move {
        let tenfold = |_, item: Value, _| async move { Ok(number(&item) * 10) };
        let map = context.map(items(&event), tenfold).name("named-items");
        let map = map.item_namer(|index| format!("item-{}", index + 1));
        Ok(json!(map.max_concurrency(1).await?))
    });
}

/// A map whose batch result is projected: name, items, configuration, fields.
type Completion = (
    &'static str,
    &'static str,
    &'static [&'static str],
    fn() -> CompletionConfig,
    &'static [&'static str],
);

const COMPLETIONS: &[Completion] = &[
    (
        "9-5",
        "failfast",
        &["ok", "fail", "never"],
        || CompletionConfig::with_tolerated_failure_count(0),
        ALL,
    ),
    (
        "9-7",
        "min-successful",
        &["a", "b", "c", "d"],
        || CompletionConfig::with_min_successful(2),
        &["completionReason", "successCount", "totalCount"],
    ),
    (
        "9-8",
        "tolerated",
        &["a", "fail", "c"],
        || CompletionConfig::with_tolerated_failure_count(1),
        ALL,
    ),
    (
        "9-9",
        "tolerated-exceeded",
        &["fail", "fail", "c"],
        || CompletionConfig::with_tolerated_failure_count(1),
        COUNTS,
    ),
    (
        "9-10",
        "tolerated-pct",
        &["fail", "fail", "c", "d"],
        || CompletionConfig::with_tolerated_failure_percentage(25),
        COUNTS,
    ),
];

fn completions(handlers: &mut Handlers<'_>) {
    for (requirement, name, items, completion, fields) in COMPLETIONS {
        handlers.on(requirement, move |_, context: DurableContext| async move {
            Ok(project(
                &batch(&context, name, items, completion()).await?,
                fields,
            ))
        });
    }
    handlers.on("9-6", |_, context: DurableContext| async move {
        let completion = CompletionConfig::with_tolerated_failure_count(0);
        let batch = batch(&context, "throwing", &["fail", "never"], completion).await?;
        match batch.errors().first() {
            Some(error) => Err(error.message.to_owned().into()),
            None => Ok(Value::Null),
        }
    });
    handlers.on("9-18", |_, context: DurableContext| async move {
        let completion = CompletionConfig::with_tolerated_failure_count(1);
        let batch = batch(&context, "fail-then-wait", &["ok", "fail"], completion).await?;
        context.wait(seconds(1)).await?;
        Ok(project(&batch, ALL))
    });
}

fn shapes(handlers: &mut Handlers<'_>) {
    handlers.on("9-12", |_, context: DurableContext| async move {
        let map = context.map(["fa", "fb"], steps).name("flat");
        Ok(json!(
            map.max_concurrency(1).nesting(NestingMode::Flat).await?
        ))
    });
    handlers.on("9-16", |_, context: DurableContext| async move {
        let large = |_, item: char, _| async move { Ok(json!(item.to_string().repeat(70 * 1024))) };
        let map = context.map(['a', 'b', 'c', 'd'], large).name("large");
        let batch = map.max_concurrency(1).await_batch().await?;
        Ok(project(&batch, &["successCount", "totalCount"]))
    });
}

fn suspended(handlers: &mut Handlers<'_>) {
    handlers.on("9-15", |_, context: DurableContext| async move {
        let map = context.map(
            ["r0", "r1"],
            |context: DurableContext, item, index| async move {
                if index == 1 {
                    context.wait(seconds(1)).await?;
                }
                steps(context, item, index).await
            },
        );
        Ok(json!(map.name("suspend").max_concurrency(1).await?))
    });
    handlers.on("9-17", |_, context: DurableContext| async move {
        let map = context.map(
            ["a", "b"],
            |_, item: &str, _| async move { Ok(upper(item)) },
        );
        let results = map.name("then-wait").max_concurrency(1).await?;
        context.wait(seconds(1)).await?;
        Ok(json!(results))
    });
}

/// Writes each item after a word.
struct Wrapped;

impl Serdes<String> for Wrapped {
    async fn serialize(&self, value: String, _: SerdesContext) -> Result<String, BoxError> {
        Ok(format!("wrapped:{value}"))
    }

    async fn deserialize(&self, wire: String, _: SerdesContext) -> Result<String, BoxError> {
        Ok(wire
            .strip_prefix("wrapped:")
            .ok_or("not wrapped")?
            .to_owned())
    }
}

/// Writes the results of a whole map into one line.
struct Joined;

impl Serdes<BatchSummary> for Joined {
    async fn serialize(&self, value: BatchSummary, _: SerdesContext) -> Result<String, BoxError> {
        let summary = serde_json::to_value(value)?;
        let mut results = Vec::new();
        for item in items(&summary["results"]) {
            let text = item["result"].as_str().unwrap_or_default();
            results.push(serde_json::from_str::<String>(text)?);
        }
        Ok(format!("OPSERDE:{}", results.join(",")))
    }

    async fn deserialize(&self, wire: String, _: SerdesContext) -> Result<BatchSummary, BoxError> {
        let line = wire.strip_prefix("OPSERDE:").ok_or("not joined")?;
        let results = line.split(',').enumerate().map(|(index, result)| {
            json!({"index": index, "status": "SUCCEEDED", "result": json!(result).to_string()})
        });
        let results: Value = results.collect();
        let summary = json!({"results": results, "reason": "ALL_COMPLETED"});
        Ok(serde_json::from_value(summary)?)
    }
}

fn formats(handlers: &mut Handlers<'_>) {
    handlers.on("9-14", |_, context: DurableContext| async move {
        let map = context.map(
            ["x", "y"],
            |_, item: &str, _| async move { Ok(upper(item)) },
        );
        let map = map.name("serdes").max_concurrency(1);
        Ok(json!(map.serdes(Wrapped).await?))
    });
    for (requirement, waits) in [("9-19", false), ("9-20", true)] {
        handlers.on(requirement, move |_, context: DurableContext| async move {
            let map = context.map(
                ["x", "y"],
                |_, item: &str, _| async move { Ok(upper(item)) },
            );
            let map = map.name("op-serde").max_concurrency(1);
            let results = map.result_serdes(Joined).await?;
            if waits {
                context.wait(seconds(1)).await?;
            }
            Ok(json!(results))
        });
    }
}
