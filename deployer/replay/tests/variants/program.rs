//! The code, and what became of it.

use std::io::Write as _;
use std::time::Duration;

use aws_durable_execution_sdk::{Branch, DurableContext, RetryDecision, StepContext, run};
use serde_json::Value;

/// The variable that says what was changed.
pub(crate) const VARIANT: &str = "VARIANT";

/// The variable that has the address of a server outside.
pub(crate) const OUTSIDE: &str = "OUTSIDE";

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Serves executions with the code of a variant.
#[expect(clippy::disallowed_methods, reason = "this is a function's process")]
pub(crate) async fn serve() -> Result<(), BoxError> {
    let variant = std::env::var(VARIANT)?;
    run(move |_: Value, context| {
        let variant = variant.clone();
        async move { handle(&variant, &context).await }
    })
    .await
}

async fn handle(variant: &str, context: &DurableContext) -> Result<&'static str, BoxError> {
    match variant {
        "ends" => {
            writeln!(std::io::stderr(), "last words")?;
            std::process::exit(7)
        }
        "fifty-steps" => {
            for _ in 0..50 {
                step(context, "step").await?;
            }
            return Ok("done");
        }
        "calls-out" => call_out(),
        "fails" => return Err("no".into()),
        _ => {}
    }
    first_steps(variant, context).await?;
    if variant == "added-in-the-middle" {
        step(context, "announce").await?;
    }
    let mut branches = vec![branch("sms"), branch("mail")];
    match variant {
        "branch-removed" => drop(branches.pop()),
        "branch-added" => branches.push(branch("letter")),
        _ => {}
    }
    let ask = context.parallel(branches).name("ask");
    ask.await_batch().await?;
    if variant != "removed-at-the-end" {
        step(context, "confirm").await?;
    }
    if variant == "added-at-the-end" {
        step(context, "thank").await?;
    }
    Ok(if variant == "another-result" {
        "otherwise"
    } else {
        "done"
    })
}

async fn first_steps(variant: &str, context: &DurableContext) -> Result<(), BoxError> {
    match variant {
        "reordered" => {
            step(context, "charge").await?;
            step(context, "reserve").await?;
        }
        "renamed" => {
            step(context, "reserve").await?;
            step(context, "take-money").await?;
        }
        "another-kind" => {
            step(context, "reserve").await?;
            context.wait(Duration::from_secs(1)).await?;
        }
        "another-body" => {
            for name in ["reserve", "charge"] {
                let step = context.step(|_: StepContext| async move { Ok::<u32, BoxError>(100) });
                step.name(name).await?;
            }
        }
        "another-retry-policy" => {
            for name in ["reserve", "charge"] {
                let step = context.step(|_: StepContext| async move { Ok::<u32, BoxError>(1) });
                step.name(name)
                    .retry_strategy(|_, _| RetryDecision::Stop)
                    .await?;
            }
        }
        _ => {
            step(context, "reserve").await?;
            step(context, "charge").await?;
        }
    }
    Ok(())
}

async fn step(context: &DurableContext, name: &str) -> Result<u32, BoxError> {
    let step = context.step(|_: StepContext| async move { Ok::<u32, BoxError>(1) });
    Ok(step.name(name).await?)
}

fn branch(name: &str) -> Branch<u32> {
    Branch::new(name, |inner: DurableContext| async move {
        inner.wait(Duration::from_mins(1)).await?;
        Ok::<u32, BoxError>(1)
    })
}

#[expect(clippy::disallowed_methods, reason = "this is a function's process")]
fn call_out() {
    let address = std::env::var(OUTSIDE).unwrap_or_default();
    if let Ok(mut stream) = std::net::TcpStream::connect(address) {
        let _ = stream.write_all(b"out");
    }
}
