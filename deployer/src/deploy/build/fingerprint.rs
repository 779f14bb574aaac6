//! Whether a file is the one that it was.

use std::time::{SystemTime, UNIX_EPOCH};

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use super::artifact::Artifact;

/// The size and the time of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Fingerprint {
    bytes: u64,
    nanoseconds: u64,
}

impl Fingerprint {
    /// Returns the fingerprint of a file; nothing where there is no file.
    pub(super) fn of(path: &Utf8Path) -> Option<Self> {
        let metadata = std::fs::metadata(path).ok()?;
        let since = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        metadata.is_file().then_some(Self {
            bytes: metadata.len(),
            nanoseconds: since.as_nanos().try_into().ok()?,
        })
    }

    pub(super) fn is_before(self, time: SystemTime) -> bool {
        time.duration_since(UNIX_EPOCH)
            .is_ok_and(|time| u128::from(self.nanoseconds) < time.as_nanos())
    }
}

/// What was built, of which binary.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Built {
    pub(super) artifact: Artifact,
    pub(super) binary: Utf8PathBuf,
    /// As it was before it was packed.
    pub(super) fingerprint: Option<Fingerprint>,
}

impl Built {
    /// Returns whether the binary is the one that was packed.
    pub(super) fn is_as_it_was(&self) -> bool {
        self.fingerprint.is_some() && self.fingerprint == Fingerprint::of(&self.binary)
    }
}
