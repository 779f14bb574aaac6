//! Which crates and rooms may know which.

use std::collections::BTreeSet;
use std::path::Path;

use crate::crates::{crates, rust_files, told, workspace};
use crate::modules::Modules;

/// The most lines of a file; about 400 is what one reader holds in mind.
const MOST_LINES: usize = 450;

#[test]
fn the_command_line_knows_no_aws() {
    for file in rust_files(&workspace().join("deployer/src/cli")) {
        let text = std::fs::read_to_string(&file).unwrap();
        let line = text.lines().find(|line| line.contains("aws_s"));
        assert_eq!(line, None, "{} names a crate of the AWS SDK", told(&file));
    }
}

#[test]
fn a_history_is_plain_data() {
    let text = std::fs::read_to_string(workspace().join("deployer/history/Cargo.toml")).unwrap();
    let dependencies: BTreeSet<&str> = text
        .lines()
        .skip_while(|line| *line != "[dependencies]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty())
        .collect();
    let allowed = BTreeSet::from(["serde", "serde_json", "thiserror", "time"]);
    assert!(dependencies.contains("serde"), "{dependencies:?}");
    assert!(
        dependencies.is_subset(&allowed),
        "durable-history may depend on {allowed:?}, and depends on {dependencies:?}"
    );
}

#[test]
fn a_file_is_no_longer_than_a_reader_can_hold() {
    let mut long = Vec::new();
    let files: BTreeSet<_> = crates()
        .iter()
        .flat_map(|folder| rust_files(folder))
        .collect();
    for file in files {
        let lines = std::fs::read_to_string(&file).unwrap().lines().count();
        if lines > MOST_LINES {
            long.push(format!("{} has {lines} lines", told(&file)));
        }
    }
    assert_eq!(
        long, [""; 0],
        "more than {MOST_LINES} lines; split them by what they are about"
    );
}

/// What each part of the deployer may know of the others; what is not named is the floor, which
/// knows none of them.
const KNOWS: [(&str, &[&str]); 6] = [
    ("cli", &["page", "pipeline", "deploy", "operate", "smoke"]),
    ("page", &["operate"]),
    ("pipeline", &["deploy", "operate", "smoke"]),
    ("smoke", &["operate"]),
    ("deploy", &[]),
    ("operate", &[]),
];

#[test]
fn a_floor_knows_only_what_is_below_it() {
    let source = workspace().join("deployer/src");
    let part = |file: &Path| -> Option<&str> {
        let first = file.strip_prefix(&source).unwrap().components().next()?;
        let name = first.as_os_str().to_str()?;
        KNOWS
            .iter()
            .map(|(part, _)| *part)
            .find(|part| *part == name)
    };
    let mut wrong = Vec::new();
    for (file, targets) in Modules::read(&workspace().join("deployer")).edges() {
        let own = part(&file);
        let known = KNOWS.iter().find(|(part, _)| Some(*part) == own);
        for target in targets {
            let other = part(&target);
            let allowed = other.is_none_or(|other| {
                Some(other) == own || known.is_some_and(|(_, known)| known.contains(&other))
            });
            if !allowed {
                wrong.push(format!("{} uses {}", told(&file), told(&target)));
            }
        }
    }
    assert_eq!(wrong, [""; 0], "these look up, or across");
}
