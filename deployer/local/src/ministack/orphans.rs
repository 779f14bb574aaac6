//! Finds and ends the processes of a MiniStack whose daemon is gone.
//!
//! They are told by their command line: MiniStack runs a launcher inside the state folder, and
//! functions run code that is unpacked inside it. So no recorded process id can be stale.

use std::convert::Infallible;
use std::ffi::OsString;
use std::future::ready;
use std::path::Path;
use std::time::Duration;

use crate::processes::{Processes, Signal};
use crate::settings::State;
use crate::wait::until;

/// How long a MiniStack that noticed its daemon's end may take to save.
const SAVED_WITHIN: Duration = Duration::from_secs(10);

/// The folders of functions' code begin so; MiniStack chooses the name.
const CODE_FOLDER: &str = "ministack-provided-code-";

/// What a process is to a state folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    MiniStack,
    Function,
}

/// Ends every process that belongs to the state: MiniStack in order, functions at once.
pub(crate) async fn end(state: &State) {
    let deadline = tokio::time::Instant::now() + SAVED_WITHIN;
    let mut asked = false;
    let ended: Result<(), Infallible> = until(|| {
        let processes = Processes::list();
        let found: Vec<(u32, Kind)> = processes
            .commands()
            .filter_map(|(pid, command)| Some((pid, classify(command, state)?)))
            .collect();
        if found.is_empty() {
            return ready(Ok(Some(())));
        }
        let patient = tokio::time::Instant::now() < deadline;
        let saving = patient && found.iter().any(|(_, kind)| *kind == Kind::MiniStack);
        for (pid, kind) in found {
            let signal = match kind {
                Kind::MiniStack if !patient => Signal::Kill,
                Kind::MiniStack if !asked => Signal::Term,
                Kind::MiniStack => continue,
                // MiniStack would start it anew, so it ends afterwards.
                Kind::Function if saving => continue,
                Kind::Function => Signal::Kill,
            };
            tracing::info!(
                pid,
                ?kind,
                ?signal,
                "a process that was left behind is ended"
            );
            processes.signal(pid, signal);
        }
        asked = true;
        ready(Ok(None))
    })
    .await;
    match ended {
        Ok(()) => {}
    }
}

fn classify(command: &[OsString], state: &State) -> Option<Kind> {
    // An interpreter and an option may stand before the path; further arguments are a user's own
    // business, such as the name of a file to look at.
    let mut words = command.iter().take(3).map(Path::new);
    words.find_map(|word| {
        if word == state.launcher() {
            return Some(Kind::MiniStack);
        }
        let below = word.strip_prefix(state.temporary()).ok()?;
        let folder = below.components().next()?.as_os_str();
        let is_code = folder.to_string_lossy().starts_with(CODE_FOLDER);
        (is_code && word.file_name()? == "bootstrap").then_some(Kind::Function)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(words: &[&str]) -> Option<Kind> {
        let command: Vec<OsString> = words.iter().map(OsString::from).collect();
        classify(&command, &State::at("/p/.deployer/local".into()))
    }

    #[test]
    fn ministack_and_functions_are_known_by_their_paths() {
        let launcher = "/p/.deployer/local/launcher";
        let code = "/p/.deployer/local/tmp/ministack-provided-code-4566/ab12/bootstrap";
        assert_eq!(
            kind_of(&["/v/bin/python", "-IB", launcher]),
            Some(Kind::MiniStack)
        );
        assert_eq!(kind_of(&[code]), Some(Kind::Function));
        assert_eq!(kind_of(&["/bin/sh", code]), Some(Kind::Function));
    }

    #[test]
    fn other_processes_are_left_alone() {
        assert_eq!(kind_of(&[]), None);
        assert_eq!(
            kind_of(&["tail", "-f", "/p/.deployer/local/ministack.log"]),
            None
        );
        let elsewhere = "/q/.deployer/local/tmp/ministack-provided-code-4566/ab12/bootstrap";
        assert_eq!(kind_of(&[elsewhere]), None);
        assert_eq!(
            kind_of(&["python", "-IB", "/q/.deployer/local/launcher"]),
            None
        );
        let source = "/p/.deployer/local/tmp/ministack-provided-code-4566/ab12/index.py";
        assert_eq!(kind_of(&["less", source]), None);
    }

    #[tokio::test]
    async fn a_left_function_is_killed() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        let state = State::at(folder);
        let code = state.temporary().join("ministack-provided-code-1/ab");
        std::fs::create_dir_all(&code).unwrap();
        let script = code.join("bootstrap");
        std::fs::write(&script, "read line\n").unwrap();
        let mut child = tokio::process::Command::new("/bin/sh")
            .arg(&script)
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let (status, ()) = tokio::join!(child.wait(), end(&state));
        assert!(!status.unwrap().success());
    }
}
