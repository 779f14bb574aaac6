//! Rust and the C compiler, which every stage needs.

use std::ffi::OsStr;
use std::process::Stdio;

use cargo_metadata::MetadataCommand;
use cargo_metadata::semver::Version;
use tokio::process::Command;

use super::check::Check;
use crate::config::App;

const RUST: &str = "install Rust from https://rustup.rs";

pub(super) async fn checks(app: &App) -> Vec<Check> {
    let (wanted, rustc, cargo, compiler) = tokio::join!(
        wanted(app),
        first_line("rustc", &["--version"]),
        first_line("cargo", &["--version"]),
        first_line("cc", &["--version"]),
    );
    let c_compiler = match compiler {
        Some(version) => Check::ok("C compiler", version),
        None => Check::missing(
            "C compiler",
            "there is no `cc`, and cargo links with it",
            "install one (Debian, Ubuntu: `apt install build-essential`; macOS: `xcode-select --install`)",
        ),
    };
    vec![
        judge("rustc", rustc.as_deref(), wanted.as_ref()),
        judge("cargo", cargo.as_deref(), wanted.as_ref()),
        c_compiler,
    ]
}

/// Returns the first line that a program says; nothing if it is not there or fails.
pub(super) async fn first_line(program: impl AsRef<OsStr>, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = command.output().await.ok()?;
    if !output.status.success() {
        return None;
    }
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().next().map(|line| line.trim().to_owned())
}

/// Returns the newest Rust that a package of the project asks for.
async fn wanted(app: &App) -> Option<Version> {
    let mut command = MetadataCommand::new();
    command.manifest_path(app.root.join("Cargo.toml")).no_deps();
    let answer = tokio::task::spawn_blocking(move || command.exec()).await;
    let packages = answer.ok()?.ok()?.packages.into_iter();
    packages.filter_map(|package| package.rust_version).max()
}

fn judge(name: &'static str, found: Option<&str>, wanted: Option<&Version>) -> Check {
    let Some(found) = found else {
        return Check::missing(name, format!("there is no `{name}`"), RUST);
    };
    match (version(found), wanted) {
        (Some(version), Some(wanted)) if version < *wanted => Check::missing(
            name,
            format!("{found}, and the project needs {wanted}"),
            "run `rustup update`",
        ),
        _ => Check::ok(name, found),
    }
}

/// Returns the version in text such as `rustc 1.95.0 (59807616e 2026-04-14)`.
fn version(text: &str) -> Option<Version> {
    let version = Version::parse(text.split_whitespace().nth(1)?).ok()?;
    // A nightly has all that the release of its number has.
    Some(Version::new(version.major, version.minor, version.patch))
}

#[cfg(test)]
mod tests {
    use cargo_metadata::semver::Version;

    use super::super::Verdict;
    use super::judge;

    #[test]
    fn an_older_rust_than_the_project_needs_is_missing() {
        let wanted = Version::new(1, 95, 0);
        for (found, verdict) in [
            (Some("rustc 1.95.0 (59807616e 2026-04-14)"), Verdict::Ok),
            (Some("rustc 1.97.0-nightly (abc 2026-05-01)"), Verdict::Ok),
            (Some("rustc 1.95.0-nightly (abc 2026-02-01)"), Verdict::Ok),
            (
                Some("rustc 1.94.1 (e408947bf 2026-03-25)"),
                Verdict::Missing,
            ),
            (None, Verdict::Missing),
        ] {
            assert_eq!(
                judge("rustc", found, Some(&wanted)).verdict,
                verdict,
                "{found:?}"
            );
        }
        assert_eq!(
            judge("rustc", Some("rustc 1.80.0"), None).verdict,
            Verdict::Ok
        );
    }
}
