//! A function's zip.

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

/// A function's zip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artifact {
    /// The function.
    pub function: String,
    /// The zip's file.
    pub zip: Utf8PathBuf,
    /// The SHA-256 of the zip, in hexadecimal.
    pub sha256: String,
    /// The size of the zip in bytes.
    pub bytes: u64,
}

impl Artifact {
    /// Returns the key in the artifact bucket; another content has another key.
    pub fn key(&self) -> String {
        format!("functions/{}/{}.zip", self.function, self.sha256)
    }
}
