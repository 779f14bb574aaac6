//! A place of its own for each test: no test sees another's state or port, or the user's environment.

use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use tempfile::TempDir;

/// The functions of the repository's application.
pub(crate) const FUNCTIONS: [&str; 6] = [
    "allocate-inventory",
    "authorize-payment",
    "fraud-detection",
    "fulfill-order",
    "order-processing",
    "queue-intermediary",
];

/// The repository's root.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// A folder for the deployer's state; what runs in it ends with it.
pub(crate) struct Sandbox {
    home: TempDir,
    project: PathBuf,
    /// Two builds of the same functions would replace each other's binaries.
    _building: Option<fs_err::File>,
}

impl Sandbox {
    /// Returns a sandbox for the repository's own application.
    pub(crate) fn of_repository() -> Self {
        let home = home();
        Self {
            home,
            project: repository(),
            _building: Some(building()),
        }
    }

    /// Returns a sandbox with a copy of the configuration and the templates, to be changed by the test.
    pub(crate) fn with_copy() -> Self {
        let home = home();
        let project = home.path().join("project");
        for folder in ["config", "templates"] {
            copy(&repository().join(folder), &project.join(folder));
        }
        for function in FUNCTIONS {
            let folder = project.join("functions").join(function);
            fs_err::create_dir_all(&folder).unwrap();
            fs_err::write(
                folder.join("Cargo.toml"),
                format!("[package]\nname = \"{function}\"\n"),
            )
            .unwrap();
        }
        Self {
            home,
            project,
            _building: None,
        }
    }

    /// Returns a sandbox with a copy of everything, to be built by the test.
    ///
    /// What it compiles shares its dependencies with the tests.
    pub(crate) fn with_whole_copy() -> Self {
        let home = home();
        let project = home.path().join("project");
        for folder in ["config", "templates", "functions", "deployer"] {
            copy(&repository().join(folder), &project.join(folder));
        }
        for file in ["Cargo.toml", "Cargo.lock"] {
            fs_err::copy(repository().join(file), project.join(file)).unwrap();
        }
        Self {
            home,
            project,
            _building: Some(building()),
        }
    }

    /// Returns the folder of the deployer's state.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Returns the project's folder.
    pub(crate) fn project(&self) -> &Path {
        &self.project
    }

    /// Takes the shared installation of MiniStack away, as on a new machine.
    pub(crate) fn forget_ministack(&self) {
        fs_err::remove_file(self.home.path().join(".deployer/ministack")).unwrap();
    }

    /// Replaces text in a file of the project's copy.
    pub(crate) fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.project.join(file);
        let text = fs_err::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} should contain {from}");
        fs_err::write(path, text.replacen(from, to, 1)).unwrap();
    }

    /// Returns the program, ready to run in this sandbox.
    pub(crate) fn deployer(&self, arguments: &[&str]) -> Command {
        Command::from_std(self.process(arguments))
    }

    /// Returns the same for a test that does not wait for its end.
    #[expect(clippy::disallowed_methods, reason = "the test is run with it")]
    pub(crate) fn process(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("deployer"));
        command.env_clear();
        for kept in [
            "PATH",
            "HOME",
            "CARGO_HOME",
            "RUSTUP_HOME",
            "RUSTUP_TOOLCHAIN",
            "CARGO",
            "PIP_INDEX_URL",
            "PIP_CONFIG_FILE",
            "DEPLOYER_PYTHON",
        ] {
            if let Some(value) = std::env::var_os(kept) {
                command.env(kept, value);
            }
        }
        command
            .current_dir(&self.project)
            .env("CARGO_TARGET_DIR", target_directory())
            .env("DEPLOYER_HOME", self.home.path())
            .env("DEPLOYER_LOCAL_PORT", "0")
            .env("COLUMNS", "100")
            .args(arguments);
        command
    }

    /// Runs the program and returns its exit code and all that it said, the sandbox's path taken out.
    pub(crate) fn said(&self, arguments: &[&str]) -> String {
        let Output {
            status,
            stdout,
            stderr,
        } = self.deployer(arguments).output().unwrap();
        let text = format!(
            "exit code: {}\n----- stdout\n{}----- stderr\n{}",
            status
                .code()
                .map_or_else(|| "none".to_owned(), |code| code.to_string()),
            String::from_utf8_lossy(&stdout),
            String::from_utf8_lossy(&stderr)
        );
        text.replace(
            &self
                .home
                .path()
                .canonicalize()
                .unwrap()
                .display()
                .to_string(),
            "[HOME]",
        )
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // A target that a failed test left running would outlive it.
        if self.home.path().join(".deployer/local").exists() {
            let _ = self.deployer(&["local", "stop"]).output();
        }
    }
}

/// Waits until no other test builds functions into the folder that all tests share.
fn building() -> fs_err::File {
    let lock = fs_err::File::create(Path::new(env!("CARGO_TARGET_TMPDIR")).join("building.lock"));
    let lock = lock.unwrap();
    lock.file().lock().unwrap();
    lock
}

/// Returns the folder that these tests were compiled into.
fn target_directory() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// Returns a folder for state, with the one installation of MiniStack that all tests share.
fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let shared = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ministack");
    fs_err::create_dir_all(&shared).unwrap();
    fs_err::create_dir_all(home.path().join(".deployer")).unwrap();
    std::os::unix::fs::symlink(shared, home.path().join(".deployer/ministack")).unwrap();
    home
}

fn copy(from: &Path, to: &Path) {
    fs_err::create_dir_all(to).unwrap();
    for entry in fs_err::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs_err::copy(entry.path(), target).unwrap();
        }
    }
}
