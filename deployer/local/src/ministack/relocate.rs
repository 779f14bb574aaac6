//! Moves MiniStack's saved state to another port.
//!
//! Queues are kept under their URL, and functions have URLs in their environment, so a state that
//! was written behind one port is of no use behind another.

use std::path::Path;

use crate::error::LocalError;

/// Replaces the old port by the new one in every URL of the saved state.
pub(crate) fn relocate(state: &Path, old: u16, new: u16) -> Result<(), LocalError> {
    if old == new || !state.is_dir() {
        return Ok(());
    }
    for entry in fs_err::read_dir(state).map_err(LocalError::file)? {
        let path = entry.map_err(LocalError::file)?.path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let text = fs_err::read_to_string(&path).map_err(LocalError::file)?;
        let moved = replace_port(&text, old, new);
        if moved != text {
            fs_err::write(&path, moved).map_err(LocalError::file)?;
        }
    }
    Ok(())
}

fn replace_port(text: &str, old: u16, new: u16) -> String {
    let old_origin = format!("http://127.0.0.1:{old}");
    let new_origin = format!("http://127.0.0.1:{new}");
    let mut pieces = text.split(old_origin.as_str());
    let mut moved = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        // Port 456 is not the beginning of port 4566.
        let longer_port = piece.starts_with(|next: char| next.is_ascii_digit());
        moved.push_str(if longer_port {
            &old_origin
        } else {
            &new_origin
        });
        moved.push_str(piece);
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_port_is_replaced() {
        let text = r#"{"'http://127.0.0.1:456/1/q'": "http://127.0.0.1:4566/1/q", "e": "http://127.0.0.1:456"}"#;
        let moved = r#"{"'http://127.0.0.1:5000/1/q'": "http://127.0.0.1:4566/1/q", "e": "http://127.0.0.1:5000"}"#;
        assert_eq!(replace_port(text, 456, 5000), moved);
    }

    #[test]
    fn files_of_the_state_are_rewritten() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("sqs.json"), "http://127.0.0.1:1/x").unwrap();
        std::fs::write(folder.path().join("blob.bin"), "http://127.0.0.1:1/x").unwrap();
        relocate(folder.path(), 1, 2).unwrap();
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(read("sqs.json"), "http://127.0.0.1:2/x");
        assert_eq!(read("blob.bin"), "http://127.0.0.1:1/x");
    }
}
