//! One execution, read from the service.

use aws_sdk_lambda::error::SdkError;
use aws_sdk_lambda::operation::get_durable_execution::GetDurableExecutionError;
use camino::Utf8Path;
use durable_history::{Description, Record, Timestamp};

use crate::aws::{Clients, error_object, failed, history, is_missing};
use crate::error::{Error, Kind, Result};

/// Returns an execution as the service describes it, with its input, result and error.
///
/// # Errors
///
/// There is no such execution, or not any more; it could not be read.
pub async fn describe_execution(clients: &Clients, arn: &str) -> Result<Description> {
    clients.rates.descriptions.turn().await;
    let read = clients
        .lambda
        .get_durable_execution()
        .durable_execution_arn(arn)
        .send()
        .await
        .map_err(|error| unreadable(arn, error))?;
    Ok(Description {
        durable_execution_arn: read.durable_execution_arn().to_owned(),
        durable_execution_name: read.durable_execution_name().to_owned(),
        function_arn: read.function_arn().to_owned(),
        version: read.version().map(str::to_owned),
        status: read.status().as_str().to_owned(),
        start_timestamp: time(read.start_timestamp()),
        end_timestamp: read.end_timestamp().map(time),
        input_payload: read.input_payload().map(str::to_owned),
        result: read.result().map(str::to_owned),
        error: read.error().map(error_object),
    })
}

/// Returns all that the service tells of an execution.
pub async fn read_record(clients: &Clients, arn: &str) -> Result<Record> {
    // The history first: what the description tells then is no older.
    let events = history(clients, arn).await?;
    let execution = describe_execution(clients, arn).await?;
    Ok(Record { execution, events })
}

/// One that is gone is no failure of the service's.
/// Reads what `executions export` wrote into `file`.
///
/// # Errors
///
/// It is no execution.
pub fn parse_record(file: &Utf8Path, text: &str) -> Result<Record> {
    Record::read(text).map_err(|error| {
        let line = error.line();
        Error::usage(format!("{file}:{line}: this is no execution"))
            .caused_by(error)
            .hint("`deployer executions export NAME --out FILE` writes one")
    })
}

fn unreadable(arn: &str, error: SdkError<GetDurableExecutionError>) -> Error {
    if is_missing(&error) {
        return Error::new(Kind::WrongState, format!("there is no execution `{arn}`"))
            .hint("its retention may be over, or it was deleted");
    }
    failed(format!("the execution `{arn}` could not be read"))(error)
}

fn time(time: &aws_sdk_lambda::primitives::DateTime) -> Timestamp {
    Timestamp::from_millis(time.to_millis().unwrap_or_default())
}
