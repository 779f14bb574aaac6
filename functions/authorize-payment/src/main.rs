//! The function's process: reads the environment, then serves requests.

use std::sync::Arc;

use authorize_payment::{PaymentWorker, Settings};
use orders::{Clock, Tables, runtime};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    startup::start_logging(&["authorize_payment", "orders"]);
    let settings = Settings::from_environment()
        .inspect_err(|error| tracing::error!(%error, hint = error.hint(), "cannot start"))?;
    let config = startup::aws_config().await;
    let worker = PaymentWorker {
        store: Arc::new(Tables::on_aws(&config, settings.tables)),
        limit: settings.limit,
        clock: Clock::system(),
    };
    runtime::serve(|request| worker.handle(request)).await
}
