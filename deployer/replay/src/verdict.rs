//! What the check comes to, as data.

use std::fmt;

use serde::{Deserialize, Serialize};

/// All that was checked with one program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// How the program was kept apart.
    pub isolation: Isolation,
    /// A verdict for each history, in their order.
    pub verdicts: Vec<Verdict>,
}

/// How a program was kept apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "network")]
pub enum Isolation {
    /// It had a network of its own, with a loopback and nothing else.
    Apart,
    /// It had the network of this machine, though no credentials and no endpoint but the check's.
    Shared {
        /// Why it had no other.
        reason: String,
    },
}

/// What became of one history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The execution's name.
    pub execution: String,
    /// The version that it is pinned to.
    pub version: Option<String>,
    /// Its status, in the service's word.
    pub status: String,
    /// How many operations its history has.
    pub operations: usize,
    /// What was found.
    #[serde(flatten)]
    pub judgment: Judgment,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "verdict")]
pub enum Judgment {
    /// The code comes to all operations of the history, as they are there.
    Replays {
        /// What is worth knowing nevertheless, such as what the code does after the history's end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// It does not.
    Differs {
        /// What the history has.
        expected: String,
        /// What the code came with.
        came: String,
    },
    /// It cannot be told.
    NotJudged {
        /// Why not.
        reason: String,
    },
}

impl Report {
    /// Returns the verdicts that do not say that the code replays.
    pub fn doubtful(&self) -> impl Iterator<Item = &Verdict> {
        self.verdicts
            .iter()
            .filter(|verdict| !matches!(verdict.judgment, Judgment::Replays { .. }))
    }
}

impl fmt::Display for Judgment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Replays { note: None } => f.write_str("replays"),
            Self::Replays { note: Some(note) } => write!(f, "replays; {note}"),
            Self::Differs { expected, came } => {
                write!(f, "differs: expected {expected}, came {came}")
            }
            Self::NotJudged { reason } => write!(f, "could not be judged: {reason}"),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for verdict in &self.verdicts {
            writeln!(f, "{}: {}", verdict.execution, verdict.judgment)?;
        }
        Ok(())
    }
}
