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

/// Returns the first key of `text` that its mapping has already, and its line.
pub(super) fn duplicate_key(text: &str) -> Option<(String, usize)> {
    let error = MarkedYaml::load_from_str(text).err()?;
    // The reader has one error type, so only its text tells this one from broken YAML.
    if error.info() != "duplicated key in mapping" {
        return None;
    }
    let line = error.marker().line();
    let rest: String = text
        .lines()
        .nth(line.checked_sub(1)?)?
        .chars()
        .skip(error.marker().col())
        .collect();
    let key = rest.split(':').next().unwrap_or_default().trim();
    Some((key.trim_matches(['"', '\'']).to_owned(), line))
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
    use super::{Positions, duplicate_key};

    #[test]
    fn paths_know_their_line_through_sequences_and_tags() {
        let positions = Positions::of("a:\n  b: 1\n  c:\n    - x\n    - d: !Sub\n        e: y\n");
        assert_eq!(positions.line("a.b"), Some(2));
        assert_eq!(positions.line("a.c.1.d.e"), Some(6));
        assert_eq!(positions.line("a.missing.deep"), Some(1));
        assert_eq!(positions.line("z"), None);
    }

    #[test]
    fn a_key_that_is_there_already_is_named_with_its_own_line() {
        for (text, key, line) in [
            ("a: 1\nb: 2\na: 3\n", "a", 3),
            ("x:\n  a: 1\n  b: [1,\n    2]\n  \"a\" : 3\n", "a", 5),
            ("- { one: 1, two: 2,\n    one: 3 }\n", "one", 2),
            ("x:\n  - name: a\n    size: 1\n    name: b\n", "name", 4),
        ] {
            assert_eq!(duplicate_key(text), Some((key.to_owned(), line)), "{text}");
        }
        assert_eq!(duplicate_key("a: 1\nb: { a: 2 }\n"), None);
        assert_eq!(duplicate_key("a: [\n"), None);
    }
}
