//! The source revision: the commit that is checked out.

use std::process::Stdio;

use camino::Utf8Path;
use tokio::process::Command;

/// Returns the commit that is checked out, with `-dirty` where files differ from it; nothing without git.
pub(super) async fn revision(root: &Utf8Path) -> Option<String> {
    let commit = git(root, &["rev-parse", "--short=12", "HEAD"]).await?;
    let changes = git(root, &["status", "--porcelain", "--untracked-files=no"]).await?;
    let dirty = if changes.is_empty() { "" } else { "-dirty" };
    Some(format!("{commit}{dirty}"))
}

async fn git(root: &Utf8Path, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new("git");
    command
        .arg("-C")
        .arg(root)
        .args(arguments)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = command.output().await.ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;

    use super::{git, revision};

    #[tokio::test]
    async fn a_revision_says_whether_files_differ_from_it() {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap();
        assert_eq!(revision(root).await, None, "no repository");
        let run = async |arguments: &[&str]| git(root, arguments).await.unwrap();
        run(&["init", "--quiet"]).await;
        fs_err::write(root.join("file"), "one").unwrap();
        run(&["add", "file"]).await;
        run(&[
            "-c",
            "user.name=test",
            "-c",
            "user.email=test@example.org",
            "commit",
            "--quiet",
            "-m",
            "one",
        ])
        .await;
        let clean = revision(root).await.unwrap();
        assert_eq!(clean.len(), 12, "{clean}");
        fs_err::write(root.join("file"), "two").unwrap();
        assert_eq!(revision(root).await.unwrap(), format!("{clean}-dirty"));
    }
}
