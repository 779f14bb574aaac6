//! No file imports, by however many others, one that imports it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::crates::{crates, told};
use crate::modules::Modules;

#[test]
fn no_file_imports_one_that_imports_it() {
    let mut found = Vec::new();
    for folder in crates() {
        let edges = Modules::read(&folder).edges();
        for circle in circles(&edges) {
            found.push(
                circle
                    .iter()
                    .map(|file| told(file))
                    .collect::<Vec<_>>()
                    .join("\n    "),
            );
        }
    }
    assert!(
        found.is_empty(),
        "these files import each other; move what both need into a file below them:\n    {}",
        found.join("\n\n    ")
    );
}

/// Returns the sets of files that all reach each other.
fn circles(edges: &BTreeMap<PathBuf, Vec<PathBuf>>) -> BTreeSet<BTreeSet<PathBuf>> {
    let reached: BTreeMap<&PathBuf, BTreeSet<&PathBuf>> = edges
        .keys()
        .map(|file| (file, reach(edges, file)))
        .collect();
    let circle = |file: &PathBuf| -> BTreeSet<PathBuf> {
        let mutual = reached[file]
            .iter()
            .filter(|other| reached[**other].contains(file));
        mutual.map(|other| (*other).clone()).collect()
    };
    edges
        .keys()
        .map(circle)
        .filter(|circle| !circle.is_empty())
        .collect()
}

fn reach<'a>(
    edges: &'a BTreeMap<PathBuf, Vec<PathBuf>>,
    file: &'a PathBuf,
) -> BTreeSet<&'a PathBuf> {
    let mut reached = BTreeSet::new();
    let mut next: Vec<&PathBuf> = edges[file].iter().collect();
    while let Some(file) = next.pop() {
        if reached.insert(file) {
            next.extend(&edges[file]);
        }
    }
    reached
}

#[test]
fn a_circle_is_found_and_a_diamond_is_none() {
    let path = PathBuf::from;
    let edges = BTreeMap::from([
        (path("a"), vec![path("b"), path("c")]),
        (path("b"), vec![path("d")]),
        (path("c"), vec![path("d")]),
        (path("d"), vec![]),
    ]);
    assert_eq!(circles(&edges), BTreeSet::new());
    let mut edges = edges;
    edges.insert(path("d"), vec![path("b")]);
    let circle = BTreeSet::from([path("b"), path("d")]);
    assert_eq!(circles(&edges), BTreeSet::from([circle]));
}
