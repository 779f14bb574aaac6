//! The crates of the workspace, and the Rust files in them.

use std::path::{Path, PathBuf};

/// Returns the root of the workspace.
pub(crate) fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Returns the folders of all crates of the workspace, sorted.
pub(crate) fn crates() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for part in ["deployer", "functions"] {
        collect(&workspace().join(part), &mut |path| {
            if path.ends_with("Cargo.toml") {
                found.push(path.parent().unwrap().to_owned());
            }
        });
    }
    found.sort();
    assert!(
        found.len() > 5,
        "the crates are looked for in the wrong place: {found:?}"
    );
    found
}

/// Returns the Rust files below a folder, sorted, those of a crate inside of it included.
pub(crate) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(folder, &mut |path| {
        if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path.to_owned());
        }
    });
    found.sort();
    found
}

/// Returns a path as it is told, from the root of the workspace on.
pub(crate) fn told(path: &Path) -> String {
    let path = path.strip_prefix(workspace()).unwrap_or(path);
    path.display().to_string()
}

fn collect(folder: &Path, found: &mut dyn FnMut(&Path)) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.map(Result::unwrap) {
        let path = entry.path();
        let name = entry.file_name();
        if !path.is_dir() {
            found(&path);
        } else if name != "target" && name != ".deployer" {
            collect(&path, found);
        }
    }
}
