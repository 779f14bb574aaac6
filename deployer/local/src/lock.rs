//! A lock between processes that ends with its holder, however that ends.

use std::fs::{File, TryLockError};
use std::path::Path;

use crate::error::LocalError;
use crate::wait::until;

/// An exclusive lock on a file, held until it is dropped.
#[derive(Debug)]
pub(crate) struct FileLock {
    _file: File,
}

impl FileLock {
    /// Takes the lock, or returns `None` when somebody else holds it.
    pub(crate) fn try_acquire(path: &Path) -> Result<Option<Self>, LocalError> {
        if let Some(folder) = path.parent() {
            fs_err::create_dir_all(folder).map_err(LocalError::file)?;
        }
        let file = fs_err::OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
            .map_err(LocalError::file)?
            .into_file();
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(LocalError::file(source)),
        }
    }

    /// Takes the lock as soon as it is free; `waiting` is called once when it is not.
    ///
    /// Waits without end: the holder's death frees the lock.
    pub(crate) async fn acquire(path: &Path, waiting: impl FnOnce()) -> Result<Self, LocalError> {
        if let Some(lock) = Self::try_acquire(path)? {
            return Ok(lock);
        }
        waiting();
        until(|| async { Self::try_acquire(path) }).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_exclusive_and_freed_by_drop() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/lock");
        let held = FileLock::try_acquire(&path).unwrap();
        assert!(held.is_some());
        assert!(FileLock::try_acquire(&path).unwrap().is_none());
        drop(held);
        assert!(FileLock::try_acquire(&path).unwrap().is_some());
    }
}
