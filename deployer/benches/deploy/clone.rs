//! What somebody waits for who has just heard of the program.

use std::process::{Command, Stdio};
use std::time::Instant;

use super::project::repository;

/// Returns the seconds from `git clone` to the end of the first `up`, which compiles everything.
pub(crate) fn to_the_first_up() -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let start = Instant::now();
    let clone = folder.path().join("clone");
    assert!(
        Command::new("git")
            .arg("clone")
            .arg("--quiet")
            .arg(repository())
            .arg(&clone)
            .status()
            .unwrap()
            .success()
    );
    let run = |arguments: &[&str]| {
        let status = Command::new("cargo")
            .arg("deployer")
            .args(arguments)
            .current_dir(&clone)
            .env("DEPLOYER_LOCAL_PORT", "0")
            .env_remove("CARGO_TARGET_DIR")
            .stdout(Stdio::null())
            .status();
        assert!(status.unwrap().success(), "{arguments:?}");
    };
    run(&["up"]);
    let seconds = start.elapsed().as_secs_f64();
    run(&["destroy", "--yes"]);
    run(&["local", "stop"]);
    seconds
}
