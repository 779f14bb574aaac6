//! What is in the artifact bucket, by what becomes of it.

use std::time::{Duration, SystemTime};

use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use serde::Serialize;

use super::needed::{Needed, needed};
use crate::aws::{Clients, failed, listed};
use crate::config::App;
use crate::error::{Error, Kind, Result};

/// The folders of the bucket that the deployer writes to.
const PREFIXES: [&str; 2] = ["functions/", "templates/"];

/// How many objects S3 deletes in one call.
const AT_ONCE: usize = 1000;

/// What is in the artifact bucket, by what becomes of it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Findings {
    /// How many objects are needed.
    pub needed: usize,
    /// How many are not needed, but younger than the buffer.
    pub young: usize,
    /// What can go.
    pub garbage: Vec<Garbage>,
}

/// An object that nothing needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Garbage {
    /// Its key.
    pub key: String,
    /// Its size.
    pub bytes: u64,
}

struct Object {
    key: String,
    bytes: u64,
    written: SystemTime,
}

/// Looks through the artifact bucket; a bucket that is not there is empty.
#[expect(
    clippy::disallowed_methods,
    reason = "the age of what is in the bucket is asked for"
)]
pub async fn find(app: &App, clients: &Clients, older_than: Duration) -> Result<Findings> {
    let bucket = app.artifact_bucket();
    let mut objects = Vec::new();
    for prefix in PREFIXES {
        objects.extend(list(clients, &bucket, prefix).await?);
    }
    // Read after the list: what is published meanwhile is not in the list.
    let needed = needed(app, clients).await?;
    let border = SystemTime::now().checked_sub(older_than);
    Ok(judge(
        objects,
        &needed,
        border.unwrap_or(SystemTime::UNIX_EPOCH),
    ))
}

fn judge(objects: Vec<Object>, needed: &Needed, border: SystemTime) -> Findings {
    let mut findings = Findings::default();
    for object in objects {
        if needed.has(&object.key) {
            findings.needed += 1;
        } else if object.written > border {
            findings.young += 1;
        } else {
            findings.garbage.push(Garbage {
                key: object.key,
                bytes: object.bytes,
            });
        }
    }
    findings
}

async fn list(clients: &Clients, bucket: &str, prefix: &str) -> Result<Vec<Object>> {
    let pages = clients
        .s3
        .list_objects_v2()
        .bucket(bucket)
        .prefix(prefix)
        .into_paginator()
        .send()
        .try_collect()
        .await;
    let pages = listed(
        pages,
        format!("the artifact bucket `{bucket}` could not be listed"),
    )?;
    let objects = pages.iter().flat_map(ListObjectsV2Output::contents);
    let objects = objects.filter_map(|object| {
        let bytes = object.size().unwrap_or_default();
        Some(Object {
            key: object.key()?.to_owned(),
            bytes: bytes.try_into().unwrap_or_default(),
            written: (*object.last_modified()?).try_into().ok()?,
        })
    });
    Ok(objects.collect())
}

/// Deletes the garbage. The bucket keeps what was deleted for thirty days more.
pub async fn remove(app: &App, clients: &Clients, garbage: &[Garbage]) -> Result<()> {
    let bucket = app.artifact_bucket();
    let failure = || {
        Error::new(
            Kind::Service,
            format!("zips of the bucket `{bucket}` could not be deleted"),
        )
    };
    for some in garbage.chunks(AT_ONCE) {
        let objects = some
            .iter()
            .filter_map(|garbage| ObjectIdentifier::builder().key(&garbage.key).build().ok());
        let delete = Delete::builder()
            .set_objects(Some(objects.collect()))
            .quiet(true)
            .build()
            .map_err(|error| failure().caused_by(error))?;
        let deleted = clients
            .s3
            .delete_objects()
            .bucket(&bucket)
            .delete(delete)
            .send()
            .await
            .map_err(failed(failure().to_string()))?;
        if let Some(error) = deleted.errors().first() {
            let key = error.key().unwrap_or_default();
            let message = error.message().unwrap_or_default();
            return Err(failure().caused_by(format!("{key}: {message}")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::{Garbage, Needed, Object, judge};

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "the age of what is in the bucket is asked for"
    )]
    fn only_what_is_old_and_not_needed_is_garbage() {
        let now = SystemTime::now();
        let day = Duration::from_hours(24);
        let object = |key: &str, age| Object {
            key: key.to_owned(),
            bytes: 7,
            written: now - age,
        };
        let objects = vec![
            object("old and needed", day * 90),
            object("old", day * 15),
            object("young", day * 13),
        ];
        let needed = Needed::of(&["old and needed"], &[]);
        let findings = judge(objects, &needed, now - day * 14);
        assert_eq!((findings.needed, findings.young), (1, 1));
        let old = Garbage {
            key: "old".to_owned(),
            bytes: 7,
        };
        assert_eq!(findings.garbage, [old]);
    }
}
