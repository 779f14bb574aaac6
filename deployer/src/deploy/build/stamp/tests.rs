use std::collections::BTreeMap;
use std::ffi::OsString;
use std::process::Command;
use std::time::{Duration, SystemTime};

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

use super::super::artifact::Artifact;
use super::super::functions::build_in;
use super::{Built, Stamps};
use crate::config::{App, load};
use crate::event::Silent;

const FUNCTION: &str = "stamped-function";

const FILES: [(&str, &str); 9] = [
    (
        "config/app.yaml",
        "name: stamped\nworkflows:\n  only:\n    orchestrator: { function: stamped-function, execution_timeout: 1h, longest_wait: 0s }\n",
    ),
    (
        "config/stages/dev.yaml",
        "target: local\nbuild_profile: dev\n",
    ),
    (
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"functions/*\", \"library\"]\n",
    ),
    (
        "functions/stamped-function/Cargo.toml",
        "[package]\nname = \"stamped-function\"\nedition = \"2024\"\n[dependencies]\nstamped-library = { path = \"../../library\" }\n",
    ),
    (
        "functions/stamped-function/src/main.rs",
        "fn main() { println!(\"{}\", stamped_library::text()) }\n",
    ),
    (
        "library/Cargo.toml",
        "[package]\nname = \"stamped-library\"\nedition = \"2024\"\n",
    ),
    (
        "library/build.rs",
        "fn main() { println!(\"cargo::rerun-if-changed=../watched.txt\") }\n",
    ),
    (
        "library/src/lib.rs",
        "pub fn text() -> &'static str { include_str!(\"../../included.txt\") }\n",
    ),
    ("included.txt", "included\n"),
];

struct Project {
    folder: TempDir,
    app: App,
    environment: BTreeMap<OsString, OsString>,
}

impl Project {
    #[expect(clippy::disallowed_methods, reason = "what cargo itself reads")]
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::from_path_buf(folder.path().canonicalize().unwrap()).unwrap();
        for (file, text) in FILES {
            let path = root.join(file);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, text).unwrap();
        }
        fs_err::write(root.join("watched.txt"), "watched\n").unwrap();
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let locked = Command::new(cargo)
            .args(["generate-lockfile", "--offline"])
            .current_dir(&root)
            .output()
            .unwrap();
        assert!(locked.status.success(), "{locked:?}");
        Self {
            app: load(&root, "dev").unwrap(),
            folder,
            environment: std::env::vars_os().collect(),
        }
    }

    fn path(&self, file: &str) -> Utf8PathBuf {
        Utf8Path::from_path(&self.folder.path().canonicalize().unwrap())
            .unwrap()
            .join(file)
    }

    fn stamps(&self) -> Stamps {
        let environment = self.environment.clone().into_iter();
        Stamps::new(
            &self.app,
            &[FUNCTION.to_owned()],
            "rustc 1.95.0",
            environment,
        )
    }

    fn recall(&self) -> Option<Vec<Artifact>> {
        self.stamps().recall()
    }

    async fn build(&self) -> Vec<Artifact> {
        let functions = [FUNCTION.to_owned()];
        build_in(&self.app, &functions, &Silent, Some(self.stamps()))
            .await
            .unwrap()
    }

    /// Builds until nothing is in doubt, and checks that a change then is one.
    async fn notices(&self, what: &str, change: impl FnOnce(&Self)) {
        let built = self.build().await;
        assert_eq!(self.recall(), Some(built), "before: {what}");
        change(self);
        assert_eq!(self.recall(), None, "{what}");
    }

    fn append(&self, file: &str, text: &str) {
        let path = self.path(file);
        let before = fs_err::read_to_string(&path).unwrap_or_default();
        fs_err::write(path, before + text).unwrap();
    }
}

#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "the files of the test are of now"
)]
async fn cargo_runs_where_anything_that_it_reads_has_changed() {
    let mut project = Project::new();
    assert_eq!(project.recall(), None, "nothing was built yet");
    let main = "functions/stamped-function/src/main.rs";
    project
        .notices("a source", |project| project.append(main, "// more\n"))
        .await;
    project
        .notices("only the time of a source", |project| {
            let file = fs_err::File::options()
                .append(true)
                .open(project.path(main));
            let later = SystemTime::now() - Duration::from_secs(7);
            file.unwrap().set_modified(later).unwrap();
        })
        .await;
    for file in [
        "library/src/lib.rs",
        "library/Cargo.toml",
        "functions/stamped-function/Cargo.toml",
        "Cargo.toml",
        "Cargo.lock",
        "included.txt",
        "watched.txt",
    ] {
        project
            .notices(file, |project| project.append(file, "\n"))
            .await;
    }
    project
        .notices("a new file that cargo would find by itself", |project| {
            let script = project.path("functions/stamped-function/build.rs");
            fs_err::write(script, "fn main() {}\n").unwrap();
        })
        .await;
    project
        .notices("a file that is gone", |project| {
            fs_err::remove_file(project.path("functions/stamped-function/build.rs")).unwrap();
        })
        .await;
    project.environment.insert("COLUMNS".into(), "77".into());
    let built = project.build().await;
    project.environment.insert("COLUMNS".into(), "78".into());
    assert_eq!(
        project.recall(),
        Some(built),
        "no compiler reads the terminal's width"
    );
    project.environment.insert("RUSTFLAGS".into(), "-g".into());
    assert_eq!(project.recall(), None, "a variable");
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "what cargo itself reads")]
async fn cargo_runs_where_what_it_made_is_not_as_it_was() {
    let mut project = Project::new();
    let host = Command::new("rustc").arg("-vV").output().unwrap();
    let host = String::from_utf8(host.stdout).unwrap();
    let target = project
        .app
        .root
        .join("target")
        .join(super::host(&host).unwrap());
    let binary = target.join("debug").join(FUNCTION);
    if std::env::var_os("CARGO_TARGET_DIR").is_none() {
        project
            .notices("a binary that is gone", |_| {
                fs_err::remove_file(&binary).unwrap();
            })
            .await;
        project
            .notices("a binary that somebody else wrote", |_| {
                // Cargo keeps a hard link to the old one.
                fs_err::remove_file(&binary).unwrap();
                fs_err::write(&binary, "other").unwrap();
            })
            .await;
    }
    project
        .notices("a zip that is gone", |project| {
            let artifacts = project.recall().unwrap();
            fs_err::remove_file(&artifacts[0].zip).unwrap();
            assert!(project.stamps().packed().is_empty(), "it must be packed");
        })
        .await;
    project.build().await;
    project.app.stage.build_profile = "release".to_owned();
    assert_eq!(project.recall(), None, "another profile");
    project.app.stage.build_profile = "dev".to_owned();
    assert!(project.recall().is_some());
    let other = Stamps::new(
        &project.app,
        &[FUNCTION.to_owned()],
        "rustc 1.96.0",
        project.environment.clone().into_iter(),
    );
    assert_eq!(other.recall(), None, "another compiler");
}

#[tokio::test]
async fn a_binary_is_packed_again_only_where_it_has_changed() {
    let project = Project::new();
    let first = project.build().await;
    project.append("Cargo.toml", "\n");
    assert_eq!(project.recall(), None, "cargo must run");
    let packed = project.stamps().packed();
    assert_eq!(packed.len(), 1);
    assert!(packed.values().all(Built::is_as_it_was));
    assert_eq!(project.build().await, first);
    let main = "functions/stamped-function/src/main.rs";
    fs_err::write(
        project.path(main),
        "fn main() { println!(\"{} more\", stamped_library::text()) }\n",
    )
    .unwrap();
    let changed = project.build().await;
    assert_ne!(changed[0].sha256, first[0].sha256);
    assert_eq!(changed[0].bytes, changed[0].zip.metadata().unwrap().len());
    assert!(!packed.values().any(Built::is_as_it_was));
}

#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "the files of the test are of now"
)]
async fn a_source_that_changes_during_the_build_leaves_no_stamp() {
    let project = Project::new();
    project.build().await;
    assert!(project.recall().is_some());
    let later = SystemTime::now() + Duration::from_hours(1);
    let main = project.path("functions/stamped-function/src/main.rs");
    let file = fs_err::File::options().append(true).open(main).unwrap();
    file.set_modified(later).unwrap();
    project.build().await;
    assert_eq!(project.recall(), None);
}
