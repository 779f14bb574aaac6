//! Sends artifacts to the artifact bucket; what is there already is not sent again.

use std::collections::BTreeMap;

use aws_sdk_s3::primitives::ByteStream;
use futures::future::try_join_all;

use crate::aws::{Clients, failed, is_missing};
use crate::build::Artifact;
use crate::config::App;
use crate::error::Result;
use crate::event::{Event, Reporter};
use crate::link::Published;

/// Publishes `artifacts` and returns where they are. The bucket must exist.
pub async fn publish(
    app: &App,
    clients: &Clients,
    artifacts: &BTreeMap<String, Artifact>,
    reporter: &dyn Reporter,
) -> Result<Published> {
    let bucket = app.artifact_bucket();
    try_join_all(
        artifacts
            .values()
            .map(|artifact| publish_one(clients, &bucket, artifact, reporter)),
    )
    .await?;
    let keys = artifacts
        .iter()
        .map(|(function, artifact)| (function.clone(), artifact.key()))
        .collect();
    Ok(Published { bucket, keys })
}

async fn publish_one(
    clients: &Clients,
    bucket: &str,
    artifact: &Artifact,
    reporter: &dyn Reporter,
) -> Result<()> {
    let key = artifact.key();
    let present = match clients
        .s3
        .head_object()
        .bucket(bucket)
        .key(&key)
        .send()
        .await
    {
        Ok(object) => object.content_length() == i64::try_from(artifact.bytes).ok(),
        Err(error) if is_missing(&error) => false,
        Err(error) => {
            return Err(failed(format!(
                "the artifact bucket `{bucket}` could not be read"
            ))(error));
        }
    };
    if !present {
        let content = fs_err::read(&artifact.zip)?;
        clients
            .s3
            .put_object()
            .bucket(bucket)
            .key(&key)
            .body(ByteStream::from(content))
            .send()
            .await
            .map_err(failed(format!(
                "the zip of `{}` could not be sent to the bucket `{bucket}`",
                artifact.function
            )))?;
    }
    reporter.report(&Event::ArtifactReady {
        function: artifact.function.clone(),
        sha256: artifact.sha256.clone(),
        bytes: artifact.bytes,
        uploaded: !present,
    });
    Ok(())
}
