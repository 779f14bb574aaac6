//! Which executions of a workflow a deployment holds, as it is noted in the account: in the artifact bucket.
//!
//! The note is there before the first of them is paused, so whoever goes on after a kill, on whichever machine,
//! resumes these and no others: what a person paused stays paused.

use std::collections::BTreeSet;

use aws_sdk_s3::primitives::ByteStream;
use serde::{Deserialize, Serialize};

use crate::aws::{Clients, code_of, failed, is_missing};
use crate::config::App;
use crate::error::{Error, Kind, Result};

/// The note about the executions of one workflow that a deployment holds.
#[derive(Debug, Clone)]
pub struct HeldNote {
    bucket: String,
    key: String,
}

/// What the note says.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Noted {
    /// The ARNs of the executions.
    executions: BTreeSet<String>,
}

impl HeldNote {
    /// Returns the note of a workflow, whether it is there or not.
    pub fn of(app: &App, workflow: &str) -> Self {
        Self {
            bucket: app.artifact_bucket(),
            key: format!("deployer/held/{workflow}.json"),
        }
    }

    /// Returns the ARNs of the executions that are held, or were about to be; none without a note.
    ///
    /// # Errors
    ///
    /// It could not be read.
    pub async fn read(&self, clients: &Clients) -> Result<BTreeSet<String>> {
        let call = clients.s3.get_object().bucket(&self.bucket).key(&self.key);
        let read = match call.send().await {
            Ok(read) => read,
            Err(error) if is_missing(&error) => return Ok(BTreeSet::new()),
            Err(error) => return Err(failed(self.out_of_reach())(error)),
        };
        let unreadable = || Error::new(Kind::Service, self.out_of_reach());
        let text = read.body.collect().await;
        let text = text.map_err(|error| unreadable().caused_by(error))?;
        let noted: Noted = serde_json::from_slice(&text.into_bytes())
            .map_err(|error| unreadable().caused_by(error))?;
        Ok(noted.executions)
    }

    /// Notes the executions that are held from now on.
    ///
    /// # Errors
    ///
    /// It could not be written.
    pub async fn write(&self, clients: &Clients, executions: &BTreeSet<String>) -> Result<()> {
        let noted = Noted {
            executions: executions.clone(),
        };
        let text = serde_json::to_vec(&noted)
            .map_err(|error| Error::new(Kind::Bug, "a note has no text").caused_by(error))?;
        let call = clients.s3.put_object().bucket(&self.bucket).key(&self.key);
        let sent = call.body(ByteStream::from(text)).send().await;
        sent.map_err(failed(self.out_of_reach()))?;
        Ok(())
    }

    /// Takes the note away: nothing is held any more.
    ///
    /// # Errors
    ///
    /// It could not be removed.
    pub async fn remove(&self, clients: &Clients) -> Result<()> {
        let call = clients
            .s3
            .delete_object()
            .bucket(&self.bucket)
            .key(&self.key);
        match call.send().await {
            Ok(_) => Ok(()),
            Err(error) if code_of(&error) == Some("NoSuchBucket") => Ok(()),
            Err(error) => Err(failed(self.out_of_reach())(error)),
        }
    }

    fn out_of_reach(&self) -> String {
        format!(
            "the note of which executions are held, `{}` in the bucket `{}`, is out of reach",
            self.key, self.bucket
        )
    }
}
