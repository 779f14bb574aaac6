//! The executions that go on while a workflow is changed, and what the change does to them.

use aws_smithy_types::date_time::Format;
use serde::{Deserialize, Serialize};

use crate::aws::Unfinished;

/// The executions that go on while a stack is changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InFlight {
    /// Those of each version, the lowest version first; none where nothing goes on.
    pub versions: Vec<InFlightVersion>,
    /// Whether these are all; else there are more than could be counted in good time.
    pub is_complete: bool,
    /// Whether executions start on another version afterwards.
    pub moves: bool,
    /// Why they could not be counted.
    pub unknown: Option<String>,
}

/// The executions of one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InFlightVersion {
    /// The version; an execution keeps that which it started with.
    pub version: String,
    /// How many.
    pub executions: usize,
    /// When the first of them started, RFC 3339 in UTC.
    pub oldest: Option<String>,
}

impl InFlight {
    /// Returns what was counted.
    pub(super) fn of(unfinished: &Unfinished, moves: bool) -> Self {
        let counted = unfinished.by_version.iter();
        let mut versions: Vec<_> = counted
            .map(|(version, executions)| InFlightVersion {
                version: version.clone(),
                executions: *executions,
                oldest: unfinished
                    .oldest
                    .get(version)
                    .and_then(|oldest| oldest.fmt(Format::DateTime).ok()),
            })
            .collect();
        versions.sort_by_key(|counted| counted.version.parse::<u64>().unwrap_or(0));
        Self {
            versions,
            is_complete: unfinished.is_complete,
            moves,
            unknown: None,
        }
    }

    /// Returns how many there are, or how many were counted.
    pub fn total(&self) -> usize {
        self.versions.iter().map(|counted| counted.executions).sum()
    }

    /// Returns what is said of them, a line each; nothing where nothing goes on.
    pub fn lines(&self) -> Vec<String> {
        if let Some(why) = &self.unknown {
            return vec![format!(
                "how many executions are in flight is not known: {why}"
            )];
        }
        let fate = |version: &str| {
            if self.moves {
                format!("finish on version {version}")
            } else {
                format!("go on on version {version}")
            }
        };
        let line = |counted: &InFlightVersion| {
            let InFlightVersion {
                version,
                executions,
                oldest,
            } = counted;
            let since = oldest.as_ref();
            let since =
                since.map_or_else(String::new, |oldest| format!(", the oldest since {oldest}"));
            let (many, more) = match executions {
                1 => ("execution", ""),
                _ if self.is_complete => ("executions", ""),
                _ => ("executions", "more than "),
            };
            let fate = fate(version);
            format!("{more}{executions} {many} in flight {fate}{since}")
        };
        let mut lines: Vec<String> = self.versions.iter().map(line).collect();
        if self.moves && !lines.is_empty() {
            lines.push("new ones start on the new version".to_owned());
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::DateTime;

    use super::InFlight;
    use crate::aws::Unfinished;

    fn in_flight(moves: bool) -> InFlight {
        let unfinished = Unfinished {
            by_version: [("10".to_owned(), 1), ("9".to_owned(), 12)].into(),
            oldest: [("9".to_owned(), DateTime::from_secs(1_767_225_600))].into(),
            is_complete: true,
        };
        InFlight::of(&unfinished, moves)
    }

    #[test]
    fn each_version_is_told_with_what_becomes_of_its_executions() {
        assert_eq!(
            in_flight(true).lines(),
            [
                "12 executions in flight finish on version 9, the oldest since 2026-01-01T00:00:00Z",
                "1 execution in flight finish on version 10",
                "new ones start on the new version",
            ]
        );
        let stays = in_flight(false).lines();
        assert!(stays[0].contains("go on on version 9"), "{stays:?}");
        assert_eq!(stays.len(), 2);
        let nothing = InFlight::of(&Unfinished::default(), true);
        assert!(nothing.lines().is_empty());
    }
}
