//! The function's process: reads the environment, then serves executions.

use std::sync::Arc;

use aws_durable_execution_sdk as durable;
use fraud_detection::{Services, Settings, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    startup::start_logging(&[
        "fraud_detection",
        "questions",
        "agent",
        "aws_durable_execution_sdk",
    ]);
    let settings = Settings::from_environment()
        .inspect_err(|error| tracing::error!(%error, hint = error.hint(), "cannot start"))?;
    let asking = questions::Settings::from_environment()
        .inspect_err(|error| tracing::error!(%error, hint = error.hint(), "cannot start"))?;
    let model = agent::Settings::from_environment()
        .inspect_err(|error| tracing::error!(%error, hint = error.hint(), "cannot start"))?;
    let config = startup::aws_config().await;
    let services = Arc::new(Services::on_aws(&config, settings, asking, model));
    let options = durable::Options::builder().sdk_config(config).build()?;
    durable::run_with_options(
        move |message, context| handle(message, context, Arc::clone(&services)),
        options,
    )
    .await
}
