//! Sends artifacts to the artifact bucket; what is there already is not sent again.

use std::collections::BTreeMap;

use aws_sdk_s3::primitives::ByteStream;
use futures::future::try_join_all;

use crate::aws::{Clients, failed, is_missing};
use crate::config::App;
use crate::deploy::build::Artifact;
use crate::deploy::link::Published;
use crate::error::{Error, Kind, Result};
use crate::event::{Event, Reporter};

/// Publishes `artifacts` and returns where they are. The bucket must exist.
pub async fn send_artifacts(
    app: &App,
    clients: &Clients,
    artifacts: &BTreeMap<String, Artifact>,
    reporter: &dyn Reporter,
) -> Result<Published> {
    let bucket = app.artifact_bucket();
    let present = try_join_all(
        artifacts
            .values()
            .map(|artifact| is_present(clients, &bucket, artifact)),
    )
    .await?;
    let sends = artifacts
        .values()
        .zip(present)
        .map(async |(artifact, present)| {
            if !present {
                send(clients, &bucket, artifact).await?;
            }
            reporter.report(&Event::ArtifactReady {
                function: artifact.function.clone(),
                sha256: artifact.sha256.clone(),
                bytes: artifact.bytes,
                uploaded: !present,
            });
            Ok::<(), Error>(())
        });
    try_join_all(sends).await?;
    Ok(published(app, artifacts))
}

/// Returns where `artifacts` are once they are published.
pub fn published(app: &App, artifacts: &BTreeMap<String, Artifact>) -> Published {
    Published {
        bucket: app.artifact_bucket(),
        keys: artifacts
            .iter()
            .map(|(function, artifact)| (function.clone(), artifact.key()))
            .collect(),
    }
}

async fn is_present(clients: &Clients, bucket: &str, artifact: &Artifact) -> Result<bool> {
    let head = clients.s3.head_object().bucket(bucket).key(artifact.key());
    match head.send().await {
        Ok(object) => Ok(object.content_length() == i64::try_from(artifact.bytes).ok()),
        Err(error) if is_missing(&error) => Ok(false),
        Err(error) => Err(failed(format!(
            "the artifact bucket `{bucket}` could not be read"
        ))(error)),
    }
}

async fn send(clients: &Clients, bucket: &str, artifact: &Artifact) -> Result<()> {
    // As a stream: a zip may be larger than what this program should have in memory.
    let content = ByteStream::from_path(&artifact.zip)
        .await
        .map_err(|error| {
            Error::new(
                Kind::WrongState,
                format!("the zip of `{}` cannot be read", artifact.function),
            )
            .caused_by(error)
            .hint("run the command again: it packs what is missing")
        })?;
    let put = clients
        .s3
        .put_object()
        .bucket(bucket)
        .key(artifact.key())
        .body(content);
    put.send().await.map_err(failed(format!(
        "the zip of `{}` could not be sent to the bucket `{bucket}`",
        artifact.function
    )))?;
    Ok(())
}
