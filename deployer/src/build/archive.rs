//! The zip of a function: the same binary gives the same bytes, on any day and any machine.

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::error::{Error, Kind, Result};

/// Returns a zip with `binary` as the executable `bootstrap`.
pub fn zip_bootstrap(binary: &[u8]) -> Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(6))
        // A fixed time, or every build would look like a change.
        .last_modified_time(DateTime::default())
        .large_file(false)
        .unix_permissions(0o755);
    let write = || -> zip::result::ZipResult<Vec<u8>> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        archive.start_file("bootstrap", options)?;
        archive.write_all(binary)?;
        Ok(archive.finish()?.into_inner())
    };
    write().map_err(|error| {
        Error::new(Kind::Bug, "a function's zip could not be made").caused_by(error)
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::zip_bootstrap;

    #[test]
    fn a_zip_holds_an_executable_bootstrap_with_a_fixed_time() {
        let zip = zip_bootstrap(b"binary").unwrap();
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
        assert_eq!(archive.len(), 1);
        let mut entry = archive.by_name("bootstrap").unwrap();
        assert_eq!(entry.unix_mode().map(|mode| mode & 0o777), Some(0o755));
        assert_eq!(
            entry
                .last_modified()
                .map(|time| (time.year(), time.month(), time.day())),
            Some((1980, 1, 1))
        );
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        assert_eq!(content, b"binary");
    }

    #[test]
    fn the_same_binary_gives_the_same_bytes() {
        assert_eq!(
            zip_bootstrap(b"one").unwrap(),
            zip_bootstrap(b"one").unwrap()
        );
        assert_ne!(
            zip_bootstrap(b"one").unwrap(),
            zip_bootstrap(b"two").unwrap()
        );
    }
}
