//! Parallel branches: 8-1 to 8-22.

use aws_durable_execution_sdk::builders::ParallelBuilder;
use aws_durable_execution_sdk::builders::map_parallel::{
    BatchResult, CompletionConfig, NestingMode,
};
use aws_durable_execution_sdk::serdes::SerdesContext;
use aws_durable_execution_sdk::{BoxError, Branch, DurableContext, Serdes};
use serde_json::{Value, json};

use super::{Handlers, seconds};

pub(super) fn register(handlers: &mut Handlers<'_>) {
    succeeding(handlers);
    completions(handlers);
    shapes(handlers);
}

/// A branch that returns a value.
fn returns(value: impl Into<Value>) -> Branch<Value> {
    let value = value.into();
    Branch::new("", move |_| async move { Ok(value) })
}

/// A branch that fails.
fn fails() -> Branch<Value> {
    Branch::new("", |_| async { Err("deliberate failure".into()) })
}

/// A branch that returns what its only step does.
fn steps(value: &'static str) -> Branch<Value> {
    Branch::new("", move |branch: DurableContext| async move {
        Ok(branch
            .step(move |_| async move { Ok(json!(value)) })
            .await?)
    })
}

/// Runs branches one after the other.
fn sequential(
    context: &DurableContext,
    name: &str,
    branches: Vec<Branch<Value>>,
) -> ParallelBuilder<Value> {
    context.parallel(branches).name(name).max_concurrency(1)
}

/// Returns these figures of a batch.
pub(super) fn project(batch: &BatchResult<Value>, fields: &[&str]) -> Value {
    let all = json!({
        "completionReason": batch.reason.as_str(),
        "status": batch.status().as_str(),
        "successCount": batch.success_count(),
        "failureCount": batch.failure_count(),
        "totalCount": batch.total_count(),
        "hasFailure": batch.has_failure(),
        "errorCount": batch.errors().len(),
    });
    fields
        .iter()
        .map(|field| ((*field).to_owned(), all[*field].clone()))
        .collect()
}

fn succeeding(handlers: &mut Handlers<'_>) {
    handlers.on("8-1", |_, context: DurableContext| async move {
        let branches = vec![steps("task-1"), steps("task-2")];
        Ok(json!(sequential(&context, "parallel", branches).await?))
    });
    handlers.on("8-2", |_, context: DurableContext| async move {
        let branches = vec![returns("alpha"), returns("beta")];
        Ok(json!(context.parallel(branches).max_concurrency(1).await?))
    });
    handlers.on("8-3", |_, context: DurableContext| async move {
        let branch = |name: &str, value: &'static str| {
            Branch::new(name, move |_| async move { Ok(json!(value)) })
        };
        let branches = vec![branch("first", "one"), branch("second", "two")];
        Ok(json!(sequential(&context, "named", branches).await?))
    });
    handlers.on("8-4", |_, context: DurableContext| async move {
        let branches = vec![returns("hello"), returns(42), returns(json!({"k": "v"}))];
        Ok(json!(sequential(&context, "hetero", branches).await?))
    });
    handlers.on("8-5", |_, context: DurableContext| async move {
        Ok(json!(
            context
                .parallel(Vec::<Branch<Value>>::new())
                .name("empty")
                .await?
        ))
    });
    handlers.on("8-11", |_, context: DurableContext| async move {
        let branches = vec![returns("r0"), returns("r1"), returns("r2")];
        Ok(json!(
            context
                .parallel(branches)
                .name("concurrent")
                .max_concurrency(2)
                .await?
        ))
    });
}

/// A parallel operation whose batch result is projected: name, branches, configuration, fields.
type Completion = (
    &'static str,
    &'static str,
    fn() -> Vec<Branch<Value>>,
    fn() -> CompletionConfig,
    &'static [&'static str],
);

pub(super) const COUNTS: &[&str] = &[
    "completionReason",
    "successCount",
    "failureCount",
    "totalCount",
];
pub(super) const ALL: &[&str] = &[
    "completionReason",
    "status",
    "successCount",
    "failureCount",
    "totalCount",
];

const COMPLETIONS: &[Completion] = &[
    (
        "8-6",
        "failfast",
        || vec![returns("ok"), fails(), returns("never")],
        || CompletionConfig::with_tolerated_failure_count(0),
        ALL,
    ),
    (
        "8-8",
        "min-successful",
        || vec![returns("a"), returns("b"), returns("c"), returns("d")],
        || CompletionConfig::with_min_successful(2),
        &["completionReason", "successCount", "totalCount"],
    ),
    (
        "8-9",
        "tolerated",
        || vec![returns("a"), fails(), returns("c")],
        || CompletionConfig::with_tolerated_failure_count(1),
        ALL,
    ),
    (
        "8-10",
        "tolerated-exceeded",
        || vec![fails(), fails(), returns("c")],
        || CompletionConfig::with_tolerated_failure_count(1),
        COUNTS,
    ),
    (
        "8-13",
        "tolerated-pct",
        || vec![fails(), fails(), returns("c"), returns("d")],
        || CompletionConfig::with_tolerated_failure_percentage(25),
        COUNTS,
    ),
    (
        "8-16",
        "all-fail",
        || vec![fails(), fails(), fails()],
        || CompletionConfig::with_tolerated_failure_count(3),
        ALL,
    ),
    (
        "8-17",
        "min-not-reached",
        || vec![returns("a"), fails(), returns("c")],
        || CompletionConfig::with_min_successful(3),
        ALL,
    ),
    (
        "8-18",
        "combined",
        || vec![fails(), fails(), returns("c"), returns("d")],
        || {
            let config = CompletionConfig::builder()
                .min_successful(3)
                .tolerated_failure_count(1);
            config.build().unwrap()
        },
        COUNTS,
    ),
    (
        "8-20",
        "accessors",
        || vec![returns("a"), fails(), returns("c")],
        || CompletionConfig::with_tolerated_failure_count(1),
        &["hasFailure", "successCount", "failureCount", "errorCount"],
    ),
    (
        "8-22",
        "pct-boundary",
        || vec![fails(), returns("b"), returns("c"), returns("d")],
        || CompletionConfig::with_tolerated_failure_percentage(25),
        ALL,
    ),
];

fn completions(handlers: &mut Handlers<'_>) {
    for (requirement, name, branches, completion, fields) in COMPLETIONS {
        handlers.on(requirement, move |_, context: DurableContext| async move {
            let parallel = sequential(&context, name, branches()).completion(completion());
            Ok(project(&parallel.await_batch().await?, fields))
        });
    }
    handlers.on("8-7", |_, context: DurableContext| async move {
        let parallel = sequential(&context, "throwing", vec![fails(), returns("never")]);
        let completion = CompletionConfig::with_tolerated_failure_count(0);
        let batch = parallel.completion(completion).await_batch().await?;
        match batch.errors().first() {
            Some(error) => Err(error.message.to_owned().into()),
            None => Ok(Value::Null),
        }
    });
}

/// Wraps a value in an envelope.
struct Wrapped;

impl Serdes<Value> for Wrapped {
    async fn serialize(&self, value: Value, _: SerdesContext) -> Result<String, BoxError> {
        Ok(json!({"wrapped": value}).to_string())
    }

    async fn deserialize(&self, wire: String, _: SerdesContext) -> Result<Value, BoxError> {
        let mut envelope: Value = serde_json::from_str(&wire)?;
        Ok(envelope["wrapped"].take())
    }
}

fn shapes(handlers: &mut Handlers<'_>) {
    handlers.on("8-12", |_, context: DurableContext| async move {
        let parallel = sequential(&context, "flat", vec![steps("fa"), steps("fb")]);
        Ok(json!(parallel.nesting(NestingMode::Flat).await?))
    });
    handlers.on("8-14", |_, context: DurableContext| async move {
        let waits = Branch::new("", |branch: DurableContext| async move {
            branch.wait(seconds(2)).await?;
            Ok(json!("b1"))
        });
        Ok(json!(
            sequential(&context, "replay", vec![steps("b0"), waits]).await?
        ))
    });
    handlers.on("8-15", |_, context: DurableContext| async move {
        let parallel = sequential(&context, "serde", vec![returns("x"), returns("y")]);
        Ok(json!(parallel.serdes(Wrapped).await?))
    });
    handlers.on("8-19", |_, context: DurableContext| async move {
        let branches = vec![returns("a"), returns("b")];
        Ok(json!(
            context
                .parallel(branches)
                .name("bad-concurrency")
                .max_concurrency(0)
                .await?
        ))
    });
    handlers.on("8-21", |_, context: DurableContext| async move {
        let outer = Branch::new("", |branch: DurableContext| async move {
            let inner = vec![steps("i1"), steps("i2")];
            Ok(json!(sequential(&branch, "inner", inner).await?))
        });
        Ok(json!(sequential(&context, "outer", vec![outer]).await?))
    });
}
