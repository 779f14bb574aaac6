//! Which crates and rooms may know which.

use std::collections::BTreeSet;

use crate::crates::{crates, rust_files, told, workspace};

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
    for file in crates().iter().flat_map(|folder| rust_files(folder)) {
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
