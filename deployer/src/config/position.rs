//! Where in a YAML file a value stands, so that errors can name the line.

use std::collections::BTreeMap;

use saphyr::{LoadableYamlNode as _, MarkedYaml, YamlData};

/// The lines of every key and item of a YAML file.
///
/// Paths are written `workflows.fraud-detection.intake.batch_size`, items of sequences by their index.
#[derive(Debug, Clone, Default)]
pub struct Positions {
    lines: BTreeMap<String, usize>,
}

impl Positions {
    /// Returns the positions in `text`; those of a text that is no YAML are empty.
    pub fn of(text: &str) -> Self {
        let mut positions = Self::default();
        for document in MarkedYaml::load_from_str(text).unwrap_or_default() {
            positions.walk("", &document);
        }
        positions
    }

    /// Returns the line of `path`, counted from one, or of the nearest part of it that exists.
    pub fn line(&self, path: &str) -> Option<usize> {
        let mut path = path;
        loop {
            if let Some(line) = self.lines.get(path) {
                return Some(*line);
            }
            path = path.rsplit_once('.')?.0;
        }
    }

    /// Returns whether the file has exactly this path.
    pub fn contains(&self, path: &str) -> bool {
        self.lines.contains_key(path)
    }

    fn walk(&mut self, path: &str, node: &MarkedYaml<'_>) {
        match &node.data {
            YamlData::Mapping(entries) => {
                for (key, value) in entries {
                    let Some(name) = key.data.as_str() else {
                        continue;
                    };
                    let path = join(path, name);
                    self.lines.insert(path.clone(), key.span.start.line());
                    self.walk(&path, value);
                }
            }
            YamlData::Sequence(items) => {
                for (index, item) in items.iter().enumerate() {
                    let path = join(path, &index.to_string());
                    self.lines.insert(path.clone(), item.span.start.line());
                    self.walk(&path, item);
                }
            }
            YamlData::Tagged(_, inner) => self.walk(path, inner),
            _ => {}
        }
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::Positions;

    #[test]
    fn paths_know_their_line_through_sequences_and_tags() {
        let positions = Positions::of("a:\n  b: 1\n  c:\n    - x\n    - d: !Sub\n        e: y\n");
        assert_eq!(positions.line("a.b"), Some(2));
        assert_eq!(positions.line("a.c.1.d.e"), Some(6));
        assert_eq!(positions.line("a.missing.deep"), Some(1));
        assert_eq!(positions.line("z"), None);
    }
}
