//! The cross-compiler as `doctor --fix` installs it, and what it builds: up to a stack in an account.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::fake_account::Account;

/// The architectures of Lambda: our name, Rust's, and the machine's number in an ELF header.
const ARCHITECTURES: [(&str, &str, u16); 2] = [
    ("x86_64", "x86_64-unknown-linux-gnu", 62),
    ("arm64", "aarch64-unknown-linux-gnu", 183),
];

const STAGE: &str = "target: aws\naccount: \"000000000000\"\nregion: eu-west-1\n";

/// Runs the program and returns its exit code and what it said.
fn run(account: &Account, arguments: &[&str]) -> (Option<i32>, String) {
    let target = account.sandbox.project().join("target");
    // By name: at an address alone the SDK keeps the bucket out of the host's name by itself.
    let endpoint = account.fake.endpoint().replace("127.0.0.1", "localhost");
    let output = account
        .sandbox
        .deployer(arguments)
        .env("CARGO_TARGET_DIR", target)
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_ENDPOINT_URL", endpoint)
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    (output.status.code(), said)
}

/// Returns whether this machine's Rust has the standard library of a target.
fn has_standard_library(target: &str) -> bool {
    let printed = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", target])
        .output()
        .unwrap();
    PathBuf::from(String::from_utf8(printed.stdout).unwrap().trim()).is_dir()
}

/// Returns the machines that the zips' binaries are for.
fn machines(account: &Account) -> Vec<u16> {
    let artifacts = account.sandbox.home().join(".deployer/artifacts");
    zips(&artifacts)
        .iter()
        .map(|zip| {
            let file = fs_err::File::open(zip).unwrap();
            let mut archive = zip::ZipArchive::new(file).unwrap();
            let mut header = [0; 20];
            let mut bootstrap = archive.by_name("bootstrap").unwrap();
            bootstrap.read_exact(&mut header).unwrap();
            assert_eq!(&header[..4], b"\x7fELF");
            u16::from_le_bytes([header[18], header[19]])
        })
        .collect()
}

fn zips(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(zips(&path));
        } else if path.extension().is_some_and(|extension| extension == "zip") {
            found.push(path);
        }
    }
    found
}

#[test]
fn what_doctor_installs_builds_what_lambda_takes() {
    let account = Account::of(STAGE);
    let flags = account.sandbox.project().join(".cargo/config.toml");
    fs_err::create_dir_all(flags.parent().unwrap()).unwrap();
    fs_err::write(&flags, "[build]\nrustflags = [\"-Ctarget-cpu=native\"]\n").unwrap();
    let (code, said) = run(&account, &["up", "--yes"]);
    assert_eq!(code, Some(8), "{said}");
    assert!(said.contains("`-C target-cpu=native`"), "{said}");
    assert!(said.contains("`build.rustflags` of "), "{said}");
    fs_err::remove_file(flags).unwrap();

    let (code, said) = run(&account, &["up", "--yes"]);
    assert_eq!(code, Some(8), "{said}");
    assert!(
        said.contains("`deployer doctor --stage dev --fix`"),
        "{said}"
    );

    let (_, said) = run(&account, &["--yes", "doctor", "--fix"]);
    let installed = said.lines().find(|line| line.contains("cross-compiler"));
    assert!(
        installed.is_some_and(|line| line.starts_with("ok")),
        "{said}"
    );

    for (architecture, target, machine) in ARCHITECTURES {
        let stage = account.sandbox.project().join("config/stages/dev.yaml");
        // Without an `endpoint`: the environment names it, as for every other tool.
        let settings = format!("build_profile: dev\narchitecture: {architecture}\n{STAGE}");
        fs_err::write(stage, settings).unwrap();
        let (code, said) = run(&account, &["up", "--yes"]);
        if has_standard_library(target) {
            assert_eq!(code, Some(0), "{architecture}: {said}");
            assert!(machines(&account).contains(&machine), "{architecture}");
        } else {
            assert_eq!(code, Some(8), "{architecture}: {said}");
            assert!(
                said.contains(&format!("`rustup target add {target}`")),
                "{said}"
            );
        }
    }
}
