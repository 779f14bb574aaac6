//! A repository of its own for a test's project.

use std::path::Path;
use std::process::Command;

/// Commits the project as it is, making the repository first where there is none; returns the revision.
pub(crate) fn commit(project: &Path) -> String {
    if !project.join(".git").exists() {
        git(project, &["init", "--quiet"]);
    }
    git(project, &["add", "config", "templates", "functions"]);
    git(
        project,
        &["commit", "--quiet", "--allow-empty", "--message", "next"],
    );
    git(project, &["rev-parse", "--short=12", "HEAD"])
}

fn git(project: &Path, arguments: &[&str]) -> String {
    let settings = [
        "user.name=test",
        "user.email=test@example.org",
        "commit.gpgsign=false",
    ];
    let output = Command::new("git")
        .current_dir(project)
        .args(settings.iter().flat_map(|setting| ["-c", *setting]))
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
