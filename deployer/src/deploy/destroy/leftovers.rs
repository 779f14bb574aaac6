//! The last look: what of the deleted stacks is still there.

use crate::aws::{Clients, failed, is_missing};
use crate::error::Result;
use crate::event::{Event, Reporter};
use crate::resources::{FUNCTION, LOG_GROUP, MAPPING, QUEUE, TABLE};

use super::survey::Survey;
use super::tables::Data;

/// Returns what is still there; a log group that a late line brought back is deleted here and now.
///
/// What belongs to a stack in `standing` is in use, even under a name that was deleted before.
pub(super) async fn look(
    clients: &Clients,
    survey: &Survey,
    standing: &[String],
    data: Data,
    reporter: &dyn Reporter,
) -> Result<Vec<String>> {
    let mut left = Vec::new();
    let gone = survey.stacks.iter();
    let gone = gone.filter(|stack| !standing.contains(&stack.stack));
    for (kind, id) in gone.flat_map(|stack| &stack.resources) {
        let there = match kind.as_str() {
            FUNCTION => function(clients, id).await?,
            QUEUE => queue(clients, id).await?,
            MAPPING => mapping(clients, id).await?,
            LOG_GROUP => {
                if log_group(clients, id).await? {
                    reporter.report(&Event::Note {
                        text: format!("deleting the log group `{id}`, which came back"),
                    });
                    let deleted = clients
                        .logs
                        .delete_log_group()
                        .log_group_name(id)
                        .send()
                        .await;
                    deleted
                        .map_err(failed(format!("the log group `{id}` could not be deleted")))?;
                }
                false
            }
            TABLE => {
                let tables = survey.stacks.iter().flat_map(|stack| &stack.tables);
                let mut staying = tables.filter(|table| table.stays(data));
                !staying.any(|table| table.name == *id) && table(clients, id).await?
            }
            _ => false,
        };
        if there {
            left.push(format!("{kind} {id}"));
        }
    }
    if let Some((_, bucket)) = &survey.artifacts
        && standing.is_empty()
        && bucket_exists(clients, bucket).await?
    {
        left.push(format!("AWS::S3::Bucket {bucket}"));
    }
    Ok(left)
}

async fn function(clients: &Clients, name: &str) -> Result<bool> {
    match clients
        .lambda
        .get_function_configuration()
        .function_name(name)
        .send()
        .await
    {
        Ok(_) => Ok(true),
        Err(error) if is_missing(&error) => Ok(false),
        Err(error) => Err(failed(format!(
            "the function `{name}` could not be looked for"
        ))(error)),
    }
}

async fn mapping(clients: &Clients, id: &str) -> Result<bool> {
    match clients
        .lambda
        .get_event_source_mapping()
        .uuid(id)
        .send()
        .await
    {
        Ok(mapping) => Ok(mapping.state() != Some("Deleting")),
        Err(error) if is_missing(&error) => Ok(false),
        Err(error) => Err(failed(format!(
            "the event source mapping `{id}` could not be looked for"
        ))(error)),
    }
}

async fn queue(clients: &Clients, url: &str) -> Result<bool> {
    let name = url.rsplit('/').next().unwrap_or(url);
    match clients.sqs.get_queue_url().queue_name(name).send().await {
        Ok(_) => Ok(true),
        Err(error) if is_missing(&error) => Ok(false),
        Err(error) => Err(failed(format!(
            "the queue `{name}` could not be looked for"
        ))(error)),
    }
}

async fn table(clients: &Clients, name: &str) -> Result<bool> {
    match clients
        .dynamodb
        .describe_table()
        .table_name(name)
        .send()
        .await
    {
        Ok(_) => Ok(true),
        Err(error) if is_missing(&error) => Ok(false),
        Err(error) => Err(failed(format!(
            "the table `{name}` could not be looked for"
        ))(error)),
    }
}

async fn log_group(clients: &Clients, name: &str) -> Result<bool> {
    let described = clients
        .logs
        .describe_log_groups()
        .log_group_name_prefix(name)
        .send()
        .await;
    let described = described.map_err(failed(format!(
        "the log group `{name}` could not be looked for"
    )))?;
    Ok(described
        .log_groups()
        .iter()
        .any(|group| group.log_group_name() == Some(name)))
}

async fn bucket_exists(clients: &Clients, bucket: &str) -> Result<bool> {
    match clients.s3.head_bucket().bucket(bucket).send().await {
        Ok(_) => Ok(true),
        Err(error) if is_missing(&error) => Ok(false),
        Err(error) => Err(failed(format!(
            "the bucket `{bucket}` could not be looked for"
        ))(error)),
    }
}
