//! One change of a stage at a time, from whichever machine: a marker in the account says whose.
//!
//! CloudFormation tells of an operation on a stack, and nothing between two of them: while executions drain or a new
//! version is watched. The marker is an object in the artifact bucket that nobody else can make while
//! it is there. Whoever has it renews it; one that is renewed no more is taken over with consent.

use std::time::Duration;

use aws_sdk_s3::primitives::ByteStream;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::session::Session;
use crate::aws::{Clients, Pace, code_of, failed, is_missing, until};
use crate::error::{Error, Kind, Result};
use crate::event::Event;
use crate::hash::hexadecimal;

/// Where the marker is in the bucket.
const KEY: &str = "deployer/changing.json";

/// How often it is renewed, and how long nobody may renew it before it is taken over.
const RENEWED_EVERY: Duration = Duration::from_secs(20);
const STALE_AFTER: Duration = Duration::from_mins(2);
/// The same where the services are on this machine.
const STALE_AFTER_NEAR: Duration = Duration::from_secs(5);
const RENEWED_EVERY_NEAR: Duration = Duration::from_secs(1);

/// The right to change a stage, in the account, until it is released.
pub struct Marker<'a> {
    clients: &'a Clients,
    bucket: String,
    renewal: JoinHandle<()>,
    /// Ends the renewal, between two writes.
    end: Option<oneshot::Sender<()>>,
}

/// Who changes a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Holder {
    /// Whom the credentials are of, and the machine.
    who: String,
    /// The command.
    command: String,
    /// What tells this machine's state folder from every other: within one, a lock of the system decides.
    place: String,
    /// How often it was renewed.
    renewed: u64,
}

/// A marker that is there.
struct Found {
    holder: Holder,
    /// What changes whenever it is renewed.
    tag: String,
}

impl<'a> Marker<'a> {
    /// Takes the marker as soon as it is free; nothing where the stage has no bucket to put it into.
    ///
    /// # Errors
    ///
    /// Nobody agrees to take over one that is renewed no more.
    pub async fn take(
        session: &Session<'_>,
        clients: &'a Clients,
        command: &str,
    ) -> Result<Option<Self>> {
        let bucket = session.app.artifact_bucket();
        let own = Holder::new(session, clients, command);
        let mut told = false;
        loop {
            match put(clients, &bucket, &own, true).await? {
                Put::Done => return Ok(Some(Self::held(clients, bucket, own))),
                Put::NoBucket => return Ok(None),
                Put::Taken => {}
            }
            let Some(found) = read(clients, &bucket).await? else {
                continue;
            };
            // This machine's lock is ours, so what this machine left behind was killed.
            if found.holder.place == own.place {
                remove(clients, &bucket).await?;
                continue;
            }
            let Holder { who, command, .. } = &found.holder;
            let what = format!("`deployer {command}` of {who}");
            if !told {
                told = true;
                let text = format!(
                    "waiting for {what}, which changes stage `{}`",
                    session.app.stage_name
                );
                session.reporter.report(&Event::Note { text });
            }
            if !moves(clients, &bucket, &found).await? {
                let text = format!("{what} has given no sign of life for a while");
                session.reporter.report(&Event::Warning { text });
                let stage = &session.app.stage_name;
                session
                    .consent
                    .confirm(&format!("taking stage `{stage}` over from {what}"))?;
                remove(clients, &bucket).await?;
            }
        }
    }

    fn held(clients: &'a Clients, bucket: String, mut holder: Holder) -> Self {
        let every = if clients.is_near() {
            RENEWED_EVERY_NEAR
        } else {
            RENEWED_EVERY
        };
        let (own, into) = (clients.clone(), bucket.clone());
        let (end, mut ended) = oneshot::channel::<()>();
        let renewal = tokio::spawn(async move {
            let mut turns = tokio::time::interval(every);
            turns.tick().await;
            loop {
                tokio::select! {
                    _ = &mut ended => return,
                    _ = turns.tick() => {}
                }
                holder.renewed += 1;
                // One that could not be renewed is renewed the next time.
                let _ = put(&own, &into, &holder, false).await;
            }
        });
        Self {
            clients,
            bucket,
            renewal,
            end: Some(end),
        }
    }

    /// Renews the marker no more. A write that is under way is waited for: what arrives later would be in a bucket
    /// that was emptied, or stand for a command that has ended.
    pub async fn renew_no_more(&mut self) {
        if self.end.take().is_some() {
            let _ = (&mut self.renewal).await;
        }
    }

    /// Gives the marker back.
    ///
    /// # Errors
    ///
    /// It could not be removed. The next command on this machine takes it over.
    pub async fn release(mut self) -> Result<()> {
        self.renew_no_more().await;
        remove(self.clients, &self.bucket).await
    }
}

impl Drop for Marker<'_> {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

impl Holder {
    fn new(session: &Session<'_>, clients: &Clients, command: &str) -> Self {
        let machine = whoami::hostname().unwrap_or_else(|_| "an unnamed machine".to_owned());
        let who = clients.caller.as_deref().unwrap_or("somebody");
        let place = format!("{machine} {}", session.app.state_directory);
        Self {
            who: format!("{who} on {machine}"),
            command: command.to_owned(),
            place: hexadecimal(place.as_bytes()),
            renewed: 0,
        }
    }
}

/// What came of an attempt to write the marker.
enum Put {
    Done,
    Taken,
    NoBucket,
}

async fn put(clients: &Clients, bucket: &str, holder: &Holder, is_first: bool) -> Result<Put> {
    let text = serde_json::to_vec(holder)
        .map_err(|error| Error::new(Kind::Bug, "a marker has no text").caused_by(error))?;
    let put = clients
        .s3
        .put_object()
        .bucket(bucket)
        .key(KEY)
        .body(ByteStream::from(text))
        .set_if_none_match(is_first.then(|| "*".to_owned()))
        .send()
        .await;
    match put {
        Ok(_) => Ok(Put::Done),
        Err(error) => match code_of(&error) {
            Some("PreconditionFailed" | "ConditionalRequestConflict") => Ok(Put::Taken),
            Some("NoSuchBucket") => Ok(Put::NoBucket),
            _ => Err(failed(unwritable(bucket))(error)),
        },
    }
}

async fn read(clients: &Clients, bucket: &str) -> Result<Option<Found>> {
    let read = match clients.s3.get_object().bucket(bucket).key(KEY).send().await {
        Ok(read) => read,
        Err(error) if is_missing(&error) => return Ok(None),
        Err(error) => return Err(failed(unwritable(bucket))(error)),
    };
    let tag = read.e_tag().unwrap_or_default().to_owned();
    let text = read
        .body
        .collect()
        .await
        .map_err(|error| Error::new(Kind::Service, unwritable(bucket)).caused_by(error))?;
    // What this program did not write is waited for all the same.
    let holder = serde_json::from_slice(&text.into_bytes()).unwrap_or(Holder {
        who: "somebody".to_owned(),
        command: "…".to_owned(),
        place: String::new(),
        renewed: 0,
    });
    Ok(Some(Found { holder, tag }))
}

/// Waits until a marker is renewed or gone; returns whether that happened in good time.
async fn moves(clients: &Clients, bucket: &str, found: &Found) -> Result<bool> {
    let patience = if clients.is_near() {
        STALE_AFTER_NEAR
    } else {
        STALE_AFTER
    };
    let pace = Pace::of(clients.endpoint.as_deref(), patience);
    let moved = until(pace, || async {
        let now = read(clients, bucket).await?;
        Ok(now.is_none_or(|now| now.tag != found.tag).then_some(()))
    });
    Ok(moved.await?.is_some())
}

async fn remove(clients: &Clients, bucket: &str) -> Result<()> {
    let removed = clients.s3.delete_object().bucket(bucket).key(KEY).send();
    match removed.await {
        Ok(_) => Ok(()),
        Err(error) if code_of(&error) == Some("NoSuchBucket") => Ok(()),
        Err(error) => Err(failed(unwritable(bucket))(error)),
    }
}

fn unwritable(bucket: &str) -> String {
    format!("the marker of who changes the stage, in the bucket `{bucket}`, is out of reach")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::Router;
    use axum::http::Method;
    use futures::poll;
    use tokio::sync::{Semaphore, mpsc};

    use super::{Holder, Marker};
    use crate::aws::served;

    #[tokio::test]
    async fn a_renewal_under_way_ends_before_the_bucket_is_emptied() {
        let (tell, mut told) = mpsc::unbounded_channel();
        let may_end = Arc::new(Semaphore::new(0));
        let gate = Arc::clone(&may_end);
        let answer = move |method: Method| {
            let (tell, gate) = (tell.clone(), Arc::clone(&gate));
            async move {
                tell.send(method).unwrap();
                gate.acquire().await.unwrap().forget();
            }
        };
        let clients = served(Router::new().fallback(answer)).await;
        let holder = Holder {
            who: "a".to_owned(),
            command: "destroy".to_owned(),
            place: "here".to_owned(),
            renewed: 0,
        };
        let mut marker = Marker::held(&clients, "bucket".to_owned(), holder);
        assert_eq!(told.recv().await, Some(Method::PUT));
        {
            let mut stopped = std::pin::pin!(marker.renew_no_more());
            assert!(poll!(&mut stopped).is_pending(), "the write has not ended");
            may_end.add_permits(1);
            stopped.await;
        }
        // Nothing is written after it.
        may_end.add_permits(1);
        marker.release().await.unwrap();
        assert_eq!(told.recv().await, Some(Method::DELETE));
    }
}
