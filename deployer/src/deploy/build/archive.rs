//! The zip of a function: the same binary gives the same bytes, on any day and any machine.

use std::io::{Read, Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::error::{Error, Kind, Result};

/// How much of a binary is in memory at a time.
const CHUNK: usize = 256 * 1024;

/// Writes a zip with `binary` as the executable `bootstrap`, and returns where it wrote.
pub fn zip_bootstrap<Z: Write + Seek>(binary: impl Read, zip: Z) -> Result<Z> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(6))
        // A fixed time, or every build would look like a change.
        .last_modified_time(DateTime::default())
        .large_file(false)
        .unix_permissions(0o755);
    let write = || -> zip::result::ZipResult<Z> {
        let mut archive = ZipWriter::new(zip);
        archive.start_file("bootstrap", options)?;
        each_chunk(binary, |chunk| archive.write_all(chunk))?;
        archive.finish()
    };
    write().map_err(|error| {
        Error::new(Kind::Bug, "a function's zip could not be made").caused_by(error)
    })
}

/// Reads to the end, and hands on what was read piece by piece.
pub(super) fn each_chunk(
    mut from: impl Read,
    mut take: impl FnMut(&[u8]) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let mut buffer = vec![0; CHUNK];
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(()),
            length => take(buffer.get(..length).unwrap_or_default())?,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

    use super::CHUNK;

    fn zip_bootstrap(binary: &[u8]) -> Vec<u8> {
        let zip = super::zip_bootstrap(binary, Cursor::new(Vec::new())).unwrap();
        zip.into_inner()
    }

    #[test]
    fn a_zip_holds_an_executable_bootstrap_with_a_fixed_time() {
        let binary = [b"binary".repeat(CHUNK), b"end".to_vec()].concat();
        let zip = zip_bootstrap(&binary);
        let mut archive = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
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
        assert!(content == binary, "the whole binary is in the zip");
    }

    #[test]
    fn the_same_binary_gives_the_same_bytes() {
        assert_eq!(zip_bootstrap(b"one"), zip_bootstrap(b"one"));
        assert_ne!(zip_bootstrap(b"one"), zip_bootstrap(b"two"));
    }
}
