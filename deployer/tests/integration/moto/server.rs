//! moto as a process of its own, on a port of its own.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;
use tempfile::NamedTempFile;

use crate::python;
use crate::sandbox::repository;

/// How long a busy machine may take, to import moto above all.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running server, which ends with this value, and with this process too where that is killed.
pub(super) struct Moto {
    process: Child,
    /// Where it is asked; it ends when this is closed.
    questions: ChildStdin,
    answers: mpsc::Receiver<String>,
    words: NamedTempFile,
    pub(super) endpoint: String,
}

impl Moto {
    /// Starts a server whose credentials are all of `account`, and waits until it can be asked.
    pub(super) fn start(account: &str) -> Self {
        let words = NamedTempFile::new().unwrap();
        let mut process = Command::new(python::program("moto", "python"))
            .arg(repository().join("deployer/tests/python/moto_server.py"))
            .env("MOTO_ACCOUNT_ID", account)
            .env("TEST_SERVER_MODE", "true")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(words.reopen().unwrap())
            .spawn()
            .unwrap();
        let questions = process.stdin.take().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let (tell, answers) = mpsc::channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let _ = tell.send(line);
            }
        });
        let mut moto = Self {
            process,
            questions,
            answers,
            words,
            endpoint: String::new(),
        };
        let port: u16 = moto.answer().parse().unwrap();
        moto.endpoint = format!("http://127.0.0.1:{port}");
        moto
    }

    /// Returns all that the account holds in a region, as `tests/python/moto_inventory.py` tells it.
    pub(super) fn inventory(&self, region: &str) -> Value {
        writeln!(&self.questions, "{region}").unwrap();
        serde_json::from_str(&self.answer()).unwrap()
    }

    /// Returns what `tests/python/moto_permissions.py` answers to a command.
    pub(super) fn command(&self, command: &Value) -> Value {
        writeln!(&self.questions, "{command}").unwrap();
        serde_json::from_str(&self.answer()).unwrap()
    }

    fn answer(&self) -> String {
        let answer = self.answers.recv_timeout(PATIENCE);
        assert!(answer.is_ok(), "moto does not answer: {}", self.words());
        answer.unwrap()
    }

    /// Returns what moto had to say that is no access log.
    pub(super) fn words(&self) -> String {
        let words = fs_err::read_to_string(self.words.path()).unwrap();
        let own = words.lines().filter(|line| !line.contains(" HTTP/1.1"));
        own.collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
