//! The function's process: reads the environment, then serves batches.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use queue_intermediary::{Batch, Intermediary, Settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    startup::start_logging(&["queue_intermediary"]);
    let settings = Settings::from_environment()
        .inspect_err(|error| tracing::error!(%error, hint = error.hint(), "cannot start"))?;
    let intermediary = &Intermediary::on_aws(&startup::aws_config().await, settings);
    lambda_runtime::run(service_fn(|event: LambdaEvent<Batch>| async move {
        let deadline_millis = i64::try_from(event.context.deadline).unwrap_or(i64::MAX);
        Ok::<_, Error>(intermediary.handle(event.payload, deadline_millis).await)
    }))
    .await
}
