//! The log of one execution: a line of JSON for everything that happened to it.

use durable_history::Timestamp;
use serde::{Deserialize, Serialize};

use crate::execution::model::{Change, Execution, Identity};

/// One line of a log.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Record {
    Started {
        at: Timestamp,
        identity: Identity,
    },
    Changed(Change),
    /// The end of the execution was published.
    Announced,
}

/// An execution as its log tells of it.
#[derive(Debug, PartialEq)]
pub(crate) struct Stored {
    pub(crate) execution: Execution,
    /// Whether the end of the execution was published.
    pub(crate) announced: bool,
}

/// Why a log tells of no execution.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Damage {
    #[error("line {line} cannot be read")]
    Line {
        /// Counted from 1.
        line: usize,
        #[source]
        source: serde_json::Error,
    },
    #[error("the line with which an execution starts is missing")]
    NoStart,
}

impl Record {
    /// Returns the line, with its end.
    pub(crate) fn to_line(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        Ok(line)
    }
}

/// Replays the whole lines of a log.
pub(crate) fn replay(lines: &[u8]) -> Result<Stored, Damage> {
    let mut stored: Option<Stored> = None;
    let lines = lines.split(|byte| *byte == b'\n');
    for (index, line) in lines.enumerate().filter(|(_, line)| !line.is_empty()) {
        let record = serde_json::from_slice(line).map_err(|source| Damage::Line {
            line: index + 1,
            source,
        })?;
        match (record, &mut stored) {
            (Record::Started { at, identity }, slot) => {
                *slot = Some(Stored {
                    execution: Execution::start(identity, at),
                    announced: false,
                });
            }
            (Record::Changed(change), Some(known)) => known.execution.apply(change),
            (Record::Announced, Some(known)) => known.announced = true,
            (Record::Changed(_) | Record::Announced, None) => return Err(Damage::NoStart),
        }
    }
    stored.ok_or(Damage::NoStart)
}
