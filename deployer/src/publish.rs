//! Sends artifacts to the artifact bucket; what is there already is not sent again.

use std::collections::BTreeMap;
use std::process::Stdio;

use aws_sdk_s3::primitives::ByteStream;
use camino::Utf8Path;
use futures::future::try_join_all;
use tokio::process::Command;

use crate::aws::{Clients, failed, is_missing};
use crate::build::Artifact;
use crate::config::App;
use crate::error::{Error, Result};
use crate::event::{Event, Reporter};
use crate::link::Published;

/// Where a zip notes the source revision that it was first built from.
///
/// It stands at the zip, and in no template and no tag, because a commit that leaves the code as it is
/// must leave the stack as it is.
pub const REVISION: &str = "revision";

/// Publishes `artifacts` and returns where they are. The bucket must exist.
pub async fn publish(
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
    let revision = if present.iter().all(|present| *present) {
        None
    } else {
        revision(&app.root).await
    };
    let sends = artifacts
        .values()
        .zip(present)
        .map(async |(artifact, present)| {
            if !present {
                send(clients, &bucket, artifact, revision.as_deref()).await?;
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
    let keys = artifacts
        .iter()
        .map(|(function, artifact)| (function.clone(), artifact.key()))
        .collect();
    Ok(Published { bucket, keys })
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

async fn send(
    clients: &Clients,
    bucket: &str,
    artifact: &Artifact,
    revision: Option<&str>,
) -> Result<()> {
    let content = fs_err::read(&artifact.zip)?;
    let mut put = clients
        .s3
        .put_object()
        .bucket(bucket)
        .key(artifact.key())
        .body(ByteStream::from(content));
    if let Some(revision) = revision {
        put = put.metadata(REVISION, revision);
    }
    put.send().await.map_err(failed(format!(
        "the zip of `{}` could not be sent to the bucket `{bucket}`",
        artifact.function
    )))?;
    Ok(())
}

/// Returns the commit that is checked out, with `-dirty` where files differ from it; nothing without git.
async fn revision(root: &Utf8Path) -> Option<String> {
    let commit = git(root, &["rev-parse", "--short=12", "HEAD"]).await?;
    let changes = git(root, &["status", "--porcelain", "--untracked-files=no"]).await?;
    let dirty = if changes.is_empty() { "" } else { "-dirty" };
    Some(format!("{commit}{dirty}"))
}

async fn git(root: &Utf8Path, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new("git");
    command
        .arg("-C")
        .arg(root)
        .args(arguments)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = command.output().await.ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::{git, revision};

    #[tokio::test]
    async fn a_revision_says_whether_files_differ_from_it() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        assert_eq!(revision(root).await, None, "no repository");
        let run = async |arguments: &[&str]| git(root, arguments).await.unwrap();
        run(&["init", "--quiet"]).await;
        fs_err::write(root.join("file"), "one").unwrap();
        run(&["add", "file"]).await;
        run(&[
            "-c",
            "user.name=test",
            "-c",
            "user.email=test@example.org",
            "commit",
            "--quiet",
            "-m",
            "one",
        ])
        .await;
        let clean = revision(root).await.unwrap();
        assert_eq!(clean.len(), 12, "{clean}");
        fs_err::write(root.join("file"), "two").unwrap();
        assert_eq!(revision(root).await.unwrap(), format!("{clean}-dirty"));
    }
}
