//! The function's process: reads the environment, then serves requests.

use std::sync::Arc;

use allocate_inventory::AllocationWorker;
use orders::settings::from_environment;
use orders::{Clock, TableNames, Tables, runtime};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    startup::start_logging(&["allocate_inventory", "orders"]);
    let names = TableNames::from_lookup(from_environment)
        .inspect_err(|error| tracing::error!(%error, hint = error.hint(), "cannot start"))?;
    let config = startup::aws_config().await;
    let worker = AllocationWorker {
        store: Arc::new(Tables::on_aws(&config, names)),
        clock: Clock::system(),
    };
    runtime::serve(|request| worker.handle(request)).await
}
