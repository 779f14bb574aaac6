//! Empties the artifact bucket, old versions and delete markers included.

use aws_sdk_s3::types::{Delete, ObjectIdentifier};

use crate::aws::{Clients, failed, is_missing};
use crate::error::{Error, Kind, Result};

/// Deletes every version of every object; a bucket that is gone is empty.
pub(super) async fn empty(clients: &Clients, bucket: &str) -> Result<()> {
    let mut key_marker = None;
    let mut version_marker = None;
    loop {
        let listed = clients
            .s3
            .list_object_versions()
            .bucket(bucket)
            .set_key_marker(key_marker)
            .set_version_id_marker(version_marker)
            .send()
            .await;
        let page = match listed {
            Ok(page) => page,
            Err(error) if is_missing(&error) => return Ok(()),
            Err(error) => {
                return Err(failed(format!("the bucket `{bucket}` could not be listed"))(error));
            }
        };
        let versions = page
            .versions()
            .iter()
            .map(|version| (version.key(), version.version_id()));
        let markers = page
            .delete_markers()
            .iter()
            .map(|marker| (marker.key(), marker.version_id()));
        let objects: Vec<ObjectIdentifier> = versions
            .chain(markers)
            .filter_map(|(key, version)| {
                ObjectIdentifier::builder()
                    .key(key?)
                    .set_version_id(version.map(str::to_owned))
                    .build()
                    .ok()
            })
            .collect();
        if !objects.is_empty() {
            delete(clients, bucket, objects).await?;
        }
        if !page.is_truncated().unwrap_or_default() {
            return Ok(());
        }
        key_marker = page.next_key_marker;
        version_marker = page.next_version_id_marker;
    }
}

async fn delete(clients: &Clients, bucket: &str, objects: Vec<ObjectIdentifier>) -> Result<()> {
    let delete = Delete::builder()
        .set_objects(Some(objects))
        .quiet(true)
        .build()
        .map_err(|error| {
            Error::new(Kind::Bug, "a deletion could not be asked for").caused_by(error)
        })?;
    let deleted = clients
        .s3
        .delete_objects()
        .bucket(bucket)
        .delete(delete)
        .send()
        .await;
    let deleted = deleted.map_err(failed(format!(
        "objects of the bucket `{bucket}` could not be deleted"
    )))?;
    match deleted.errors().first() {
        None => Ok(()),
        Some(error) => Err(Error::new(
            Kind::Service,
            format!("an object of the bucket `{bucket}` could not be deleted"),
        )
        .caused_by(format!(
            "{}: {}",
            error.key().unwrap_or_default(),
            error.message().unwrap_or_default()
        ))),
    }
}
