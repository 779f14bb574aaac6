//! The function's process: reads the environment, then serves requests.

use answers::{Answering, LambdaCallbacks, Request};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use questions::QuestionsTable;

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::disallowed_methods, reason = "the one place where it is read")]
async fn main() -> Result<(), Error> {
    startup::start_logging(&["answers"]);
    let table = std::env::var("QUESTIONS_TABLE").inspect_err(|_| {
        let hint = "set `QUESTIONS_TABLE` in the function's template";
        tracing::error!(hint, "cannot start");
    })?;
    let config = startup::aws_config().await;
    let answering = &Answering {
        records: Box::new(QuestionsTable::new(
            aws_sdk_dynamodb::Client::new(&config),
            table,
        )),
        callbacks: Box::new(LambdaCallbacks::new(&config)),
        now: questions::now,
    };
    lambda_runtime::run(service_fn(|event: LambdaEvent<Request>| async move {
        Ok::<_, Error>(answering.handle(&event.payload).await)
    }))
    .await
}
