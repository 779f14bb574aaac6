//! What cargo is told to build no tests of has none: each such program would link the SDK once more.

use std::path::Path;

use crate::crates::{crates, rust_files, told};

/// What a block of code in the docs may be: cargo runs none of them.
const NOT_RUN: [&str; 5] = ["text", "json", "yaml", "toml", "sh"];

fn table(manifest: &toml::Table, path: &[&str]) -> Option<toml::Value> {
    let mut value = toml::Value::Table(manifest.clone());
    for key in path {
        value = match value {
            toml::Value::Array(list) => list.first()?.get(*key)?.clone(),
            other => other.get(*key)?.clone(),
        };
    }
    Some(value)
}

fn has_tests(file: &Path) -> bool {
    let text = std::fs::read_to_string(file).unwrap();
    text.contains("#[test]") || text.contains("#[tokio::test")
}

/// Returns the first block of code in a file's docs that would be run as a test.
fn runs(text: &str) -> Option<&str> {
    let mut inside = false;
    text.lines().find(|line| {
        let line = line.trim_start();
        let docs = line.strip_prefix("///").or(line.strip_prefix("//!"));
        let Some(kind) = docs.and_then(|docs| docs.trim_start().strip_prefix("```")) else {
            return false;
        };
        inside = !inside;
        inside && !NOT_RUN.contains(&kind)
    })
}

#[test]
fn what_is_not_tested_has_no_tests() {
    for krate in crates() {
        let manifest = std::fs::read_to_string(krate.join("Cargo.toml")).unwrap();
        let manifest: toml::Table = manifest.parse().unwrap();
        if !manifest.contains_key("package") {
            continue;
        }
        let off = |path: &[&str]| table(&manifest, path) == Some(toml::Value::Boolean(false));
        let source = krate.join("src");
        for file in rust_files(&source) {
            if off(&["lib", "doctest"]) {
                let text = std::fs::read_to_string(&file).unwrap();
                assert_eq!(runs(&text), None, "{}: never run", told(&file));
            }
            if off(&["lib", "test"]) {
                assert!(!has_tests(&file), "{}: never run", told(&file));
            }
        }
        let program = source.join("main.rs");
        if program.exists() && off(&["bin", "test"]) {
            assert!(!has_tests(&program), "{}: never run", told(&program));
        }
    }
}

#[test]
fn code_in_docs_is_found_where_it_would_be_run() {
    assert_eq!(runs("//! ```text\n//! a\n//! ```\n"), None);
    assert_eq!(runs("/// ```\n/// a();\n/// ```\n"), Some("/// ```"));
    let second = "/// ```json\n/// 1\n/// ```\n/// ```rust\n/// b();\n/// ```\n";
    assert_eq!(runs(second), Some("/// ```rust"));
}
