//! The repository's application, to be deployed to an account of moto's.

use std::os::unix::fs::PermissionsExt;
use std::process::Output;

use camino::Utf8Path;
use deployer::config::{App, load};
use deployer::deploy::build::Toolchain;
use serde_json::{Value, json};

use super::elf::executable;
use super::server::Moto;
use crate::commit::commit;
use crate::sandbox::{FUNCTIONS, Sandbox};
use crate::templates::let_fraud_detection_ask;

/// Stands in for cargo-zigbuild: says of every package what cargo says of one that it has compiled.
const CROSS_COMPILER: &str = r#"#!/bin/sh
set -eu
while [ $# -gt 0 ]; do
    case "$1" in
        --target) target=$2 ;;
        --package) cat "$(dirname "$0")/$target/$2.json" ;;
    esac
    shift
done
"#;

/// A copy of the application whose stage lives in an account of moto's.
pub(super) struct Account {
    pub(super) sandbox: Sandbox,
    moto: Moto,
    pub(super) stage: &'static str,
    region: String,
    /// The source revision, which the resources are tagged with.
    pub(super) revision: String,
    /// The functions of the application, each a crate of its own.
    functions: Vec<&'static str>,
    /// Whose access key the program has; at first one that may do everything.
    key: (String, String),
}

impl Account {
    /// Returns an account with nothing in it, and the application with what its functions need to be built.
    pub(super) fn of(stage: &'static str) -> Self {
        Self::with(Sandbox::with_copy(), stage, FUNCTIONS.to_vec())
    }

    /// Returns the same where fraud detection asks cardholders.
    pub(super) fn asking(stage: &'static str) -> Self {
        let sandbox = Sandbox::with_copy();
        let_fraud_detection_ask(&sandbox, stage);
        Self::with(sandbox, stage, [&FUNCTIONS[..], &["answers"]].concat())
    }

    fn with(sandbox: Sandbox, stage: &'static str, functions: Vec<&'static str>) -> Self {
        let app = app(&sandbox, stage);
        let moto = Moto::start(app.account());
        let endpoint = format!("\nendpoint: {}\ntarget:", moto.endpoint);
        sandbox.edit(
            &format!("config/stages/{stage}.yaml"),
            "\ntarget:",
            &endpoint,
        );
        let mut account = Self {
            sandbox,
            moto,
            stage,
            region: app.stage.region.clone(),
            revision: String::new(),
            functions,
            key: ("test".to_owned(), "test".to_owned()),
        };
        account.write_functions();
        account.compile_for_glibc("2.34");
        account.revision = commit(account.sandbox.project());
        account
    }

    /// Writes crates that do nothing, so that they compile at once where this machine's cargo does it.
    fn write_functions(&self) {
        let write = |file: &str, text: &str| {
            let path = self.sandbox.project().join(file);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, text).unwrap();
        };
        let mut lock = "version = 4\n".to_owned();
        for function in &self.functions {
            let package = format!("name = \"{function}\"\nversion = \"0.1.0\"\n");
            let folder = format!("functions/{function}");
            write(
                &format!("{folder}/Cargo.toml"),
                &format!("[package]\n{package}edition = \"2024\"\n"),
            );
            write(&format!("{folder}/src/main.rs"), "fn main() {}\n");
            lock = format!("{lock}\n[[package]]\n{package}");
        }
        write("Cargo.lock", &lock);
        write(
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"functions/*\"]\n",
        );
    }

    /// Puts a stand-in for the cross-compiler where `doctor --fix` installs it, with binaries that ask for this glibc.
    pub(super) fn compile_for_glibc(&self, glibc: &str) {
        let app = app(&self.sandbox, self.stage);
        let toolchain = Toolchain::of(&app);
        let name = toolchain.folder().file_name().unwrap();
        let state = self.sandbox.home().join(".deployer");
        let folder = state.join("toolchain").join(name);
        let programs = folder.join("bin");
        let target = programs.join("aarch64-unknown-linux-gnu.2.34");
        fs_err::create_dir_all(&target).unwrap();
        for function in &self.functions {
            let binary = target.join(function);
            fs_err::write(&binary, executable(glibc, function)).unwrap();
            let message = json!({
                "reason": "compiler-artifact",
                "package_id": function,
                "manifest_path": self.sandbox.project().join("functions").join(function).join("Cargo.toml"),
                "target": {
                    "name": function, "kind": ["bin"], "crate_types": ["bin"], "src_path": "src/main.rs",
                    "edition": "2024", "doc": true, "doctest": false, "test": true,
                },
                "profile": {
                    "opt_level": "3", "debuginfo": 0, "debug_assertions": false,
                    "overflow_checks": false, "test": false,
                },
                "features": [],
                "filenames": [binary],
                "executable": binary,
                "fresh": false,
            });
            fs_err::write(
                target.join(format!("{function}.json")),
                format!("{message}\n"),
            )
            .unwrap();
        }
        let program = programs.join("cargo-zigbuild");
        fs_err::write(&program, CROSS_COMPILER).unwrap();
        fs_err::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
        fs_err::write(folder.join("installed"), "a stand-in").unwrap();
    }

    /// Returns how many functions the stage has: two workflows have an intermediary of the same crate.
    pub(super) fn function_count(&self) -> usize {
        self.functions.len() + 1
    }

    /// Runs the program on the stage and returns its exit code, what it answered, and what it said.
    pub(super) fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let Output {
            status,
            stdout,
            stderr,
        } = self
            .sandbox
            .deployer(&[&["--stage", self.stage], arguments].concat())
            .env("CARGO_TARGET_DIR", self.sandbox.project().join("target"))
            .env("AWS_ACCESS_KEY_ID", &self.key.0)
            .env("AWS_SECRET_ACCESS_KEY", &self.key.1)
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (status.code(), text(&stdout), text(&stderr))
    }

    /// Runs the program, which must succeed, and returns what it answered.
    pub(super) fn done(&self, arguments: &[&str]) -> String {
        let (code, answer, said) = self.run(arguments);
        let words = self.moto.words();
        assert_eq!(code, Some(0), "{arguments:?}: {answer}{said}\n{words}");
        answer
    }

    /// Lets the program have the access key of a new user with exactly these policies.
    pub(super) fn may_only(&mut self, documents: &[Value]) {
        let key = self.moto.command(&json!({ "user": documents }));
        let part = |name: &str| key[name].as_str().unwrap().to_owned();
        self.key = (part("id"), part("secret"));
    }

    /// Makes a service role with exactly these policies and returns its ARN.
    pub(super) fn service_role(&self, documents: &[Value]) -> String {
        let role = self.moto.command(&json!({ "role": documents }));
        role["arn"].as_str().unwrap().to_owned()
    }

    /// Returns what was asked of policies since the last user was made: the action, the resource, and
    /// the names of the statements that allow it.
    pub(super) fn asked(&self) -> Vec<(String, String, Vec<String>)> {
        serde_json::from_value(self.moto.command(&json!({ "asked": true }))).unwrap()
    }

    /// Returns all that the account holds.
    pub(super) fn inventory(&self) -> Value {
        self.moto.inventory(&self.region)
    }
}

fn app(sandbox: &Sandbox, stage: &str) -> App {
    load(Utf8Path::from_path(sandbox.project()).unwrap(), stage).unwrap()
}
