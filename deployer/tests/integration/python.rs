//! Python programs that judge our work, installed once from lists with hashes.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Returns the path of a program of `tests/python/{list}.txt`, installing the list first where it is missing.
///
/// Each list has a virtual environment of its own, because their packages need not agree on versions.
pub(crate) fn program(list: &str, name: &str) -> PathBuf {
    let requirements = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/python")
        .join(format!("{list}.txt"));
    let environments = Path::new(env!("CARGO_TARGET_TMPDIR")).join("virtual-environments");
    fs_err::create_dir_all(&environments).unwrap();
    let folder = environments.join(list);
    let installed = folder.join("installed.txt");
    // Tests of other threads and processes wait here.
    let lock = fs_err::File::create(environments.join(format!("{list}.lock"))).unwrap();
    lock.file().lock().unwrap();
    let wanted = fs_err::read(&requirements).unwrap();
    if fs_err::read(&installed).ok().as_ref() != Some(&wanted) {
        run(Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&folder));
        run(Command::new(folder.join("bin/pip"))
            .args(["install", "--quiet", "--require-hashes", "--requirement"])
            .arg(&requirements));
        fs_err::write(&installed, wanted).unwrap();
    }
    folder.join("bin").join(name)
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}
