//! One event a line on stdout.

use super::super::outcome::write_line;
use crate::event::{Event, Reporter};

/// Writes every event as a line of JSON.
pub(super) struct EventLines;

impl Reporter for EventLines {
    fn report(&self, event: &Event) {
        if let Ok(line) = serde_json::to_string(event) {
            write_line(&mut std::io::stdout().lock(), &line);
        }
    }
}
