//! The copy of the project that is measured, and runs of the program in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Instant;

use serde_json::Value;

use super::memory;

/// The file that changes, with a text of the program in it.
const CHANGED: (&str, &str) = ("functions/queue-intermediary/src/main.rs", "cannot start");

/// One run of the program.
pub(crate) struct Run {
    pub(crate) seconds: f64,
    stdout: String,
}

impl Run {
    fn events(&self) -> impl Iterator<Item = Value> {
        self.stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
    }

    /// Returns how long cargo and the zips took; for runs with `--format json`.
    pub(crate) fn build_seconds(&self) -> f64 {
        let built = |event: &Value| event["event"] == "step-finished" && event["step"] == "build";
        self.events().find(built).unwrap()["seconds"]
            .as_f64()
            .unwrap()
    }

    /// Returns the functions with the sizes of their zips.
    pub(crate) fn zips(&self) -> Vec<(String, u64)> {
        let ready = self
            .events()
            .filter(|event| event["event"] == "artifact-ready");
        ready
            .map(|event| {
                (
                    event["function"].as_str().unwrap().to_owned(),
                    event["bytes"].as_u64().unwrap(),
                )
            })
            .collect()
    }
}

/// A copy of the project.
pub(crate) struct Project {
    root: PathBuf,
}

impl Project {
    pub(crate) fn copy(folder: &Path) -> Self {
        let root = folder.join("project");
        fs_err::create_dir_all(&root).unwrap();
        for part in [
            "Cargo.toml",
            "Cargo.lock",
            "config",
            "deployer",
            "functions",
            "templates",
        ] {
            let mut copy = Command::new("cp");
            copy.arg("-r").arg(repository().join(part)).arg(&root);
            assert!(copy.status().unwrap().success());
        }
        Self { root }
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.root.join(file)
    }

    fn deployer(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_deployer"));
        command
            .current_dir(&self.root)
            .env("DEPLOYER_LOCAL_PORT", "0")
            .env("CARGO_TARGET_DIR", target())
            .args(arguments);
        piped(&mut command);
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let output = succeed(self.deployer(arguments).output().unwrap(), arguments);
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn timed(&self, arguments: &[&str]) -> Run {
        let start = Instant::now();
        let stdout = self.run(arguments);
        Run {
            seconds: start.elapsed().as_secs_f64(),
            stdout,
        }
    }

    /// Changes the function that reads the queues, so that its binary is another, and deploys.
    pub(crate) fn change_and_deploy(&self, workflow: &[&str]) -> Run {
        self.change();
        self.timed(&[&["up", "--format", "json"], workflow].concat())
    }

    fn change(&self) {
        let (file, text) = CHANGED;
        let path = self.root.join(file);
        let source = fs_err::read_to_string(&path).unwrap();
        assert!(source.contains(text), "{file} contains {text}");
        let changed = source.replacen(text, &format!("{text} at all"), 1);
        fs_err::write(path, changed).unwrap();
    }

    /// Returns the most kilobytes that an `up` of these workflows has while nothing has changed.
    pub(crate) fn peak_memory_unchanged(&self, workflows: &[&str]) -> Option<u64> {
        self.peak_memory(&[&["up"], workflows].concat())
    }

    /// Returns the most kilobytes that an `up` has that deploys a changed function.
    pub(crate) fn peak_memory_changed(&self) -> Option<u64> {
        self.change();
        self.peak_memory(&["up"])
    }

    fn peak_memory(&self, arguments: &[&str]) -> Option<u64> {
        let (output, most) = memory::watch(self.deployer(arguments).spawn().unwrap());
        succeed(output, arguments);
        most
    }

    pub(crate) fn endpoint(&self) -> String {
        let status = self.run(&["local", "status", "--format", "json"]);
        let status: Value = serde_json::from_str(&status).unwrap();
        status["endpoint"].as_str().unwrap().to_owned()
    }
}

/// Keeps what a program says, to show it where the program fails.
pub(crate) fn piped(command: &mut Command) {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
}

/// Returns the output of a program that went well.
pub(crate) fn succeed(output: Output, arguments: &[&str]) -> Output {
    assert!(
        output.status.success(),
        "{arguments:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

#[expect(clippy::disallowed_methods, reason = "the one place where it is read")]
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| repository().join("target"), PathBuf::from)
}
