//! Where the values of the configuration were written.

use super::position::Positions;

/// One configuration file: its path from the root and the lines of its keys.
#[derive(Debug, Clone, Default)]
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) positions: Positions,
}

/// Where the values of an application were written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sources {
    pub(crate) application: Source,
    pub(crate) stage: Source,
}

impl Sources {
    /// Returns `file:line` of a path, the stage's file first because what it says wins.
    pub(crate) fn locate(&self, path: &str) -> String {
        let source = if self.stage.positions.contains(path) {
            &self.stage
        } else {
            &self.application
        };
        source.locate(path)
    }
}

impl Source {
    pub(crate) fn locate(&self, path: &str) -> String {
        match self.positions.line(path) {
            Some(line) => format!("{}:{line}", self.path),
            None => self.path.clone(),
        }
    }
}
