//! The program as a process that serves one run after the other.

use std::collections::VecDeque;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

use crate::program::{Error, Program};
use crate::run::Run;
use crate::service::Service;

/// How long a run may take. Nothing answers from far away, so more is a loop or a wait of the code's own.
const LONGEST_RUN: Duration = Duration::from_secs(20);

/// How long is waited for the last words of a program that has ended: what it started itself may hold its streams.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// How many lines of what a program prints are kept, to tell why it ended.
const LINES: usize = 6;

/// What the AWS SDKs want to have; nobody knows these credentials.
const SETTINGS: [(&str, &str); 12] = [
    ("AWS_ACCESS_KEY_ID", "replay"),
    ("AWS_SECRET_ACCESS_KEY", "replay"),
    ("AWS_SESSION_TOKEN", "replay"),
    ("AWS_REGION", "us-east-1"),
    ("AWS_DEFAULT_REGION", "us-east-1"),
    ("AWS_EC2_METADATA_DISABLED", "true"),
    ("AWS_CONFIG_FILE", "/dev/null"),
    ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
    ("AWS_LAMBDA_FUNCTION_NAME", "replay-check"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
    ("AWS_MAX_ATTEMPTS", "1"),
];

/// The program, running.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    printed: Printed,
    _folder: TempDir,
}

/// Why a run came to nothing.
#[derive(Debug)]
pub(crate) enum Lost {
    /// The process ended; how, and its last words.
    Ended(String),
    /// It took too long.
    Late,
}

impl Lost {
    /// Says what happened.
    pub(crate) fn in_words(&self) -> String {
        match self {
            Self::Ended(words) => format!("the program ended ({words})"),
            Self::Late => format!(
                "the program gave no answer within {} s",
                LONGEST_RUN.as_secs()
            ),
        }
    }
}

impl Process {
    /// Starts the program.
    pub(crate) fn start(program: &Program, service: &Service) -> Result<Self, Error> {
        let folder = tempfile::tempdir().map_err(Error::machine("no folder for the program"))?;
        let endpoint = format!("http://{}", service.address());
        let mut child = Command::new(&program.binary)
            .env_clear()
            .envs(&program.environment)
            .envs(SETTINGS)
            .env("AWS_LAMBDA_RUNTIME_API", service.address())
            .env("AWS_ENDPOINT_URL", endpoint)
            .env("HOME", folder.path())
            .env("TMPDIR", folder.path())
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(Error::machine(format!(
                "{} could not be started",
                program.binary.display()
            )))?;
        let mut printed = Printed::default();
        printed.keep(child.stdout.take());
        printed.keep(child.stderr.take());
        Ok(Self {
            child,
            printed,
            _folder: folder,
        })
    }

    /// Lets it run once.
    pub(crate) async fn run(
        &mut self,
        service: &Service,
        event: impl FnOnce(&str) -> Value,
    ) -> Result<Run, Lost> {
        let answered = service.begin(event);
        let run = async {
            tokio::select! {
                run = answered => run.map_err(|_| Lost::Late),
                status = self.child.wait() => {
                    let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
                    Err(Lost::Ended(format!("{status}{}", self.printed.last_words().await)))
                }
            }
        };
        let run = tokio::time::timeout(LONGEST_RUN, run).await;
        run.unwrap_or(Err(Lost::Late))
    }
}

/// The last lines that a program printed.
#[derive(Debug, Default)]
struct Printed {
    lines: Arc<Mutex<VecDeque<String>>>,
    readers: JoinSet<()>,
}

impl Printed {
    /// Reads a stream to its end, so that the program never waits for somebody to read it.
    fn keep(&mut self, stream: Option<impl AsyncRead + Send + Unpin + 'static>) {
        let Some(stream) = stream else { return };
        let kept = Arc::clone(&self.lines);
        self.readers.spawn(async move {
            let mut lines = BufReader::new(stream).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.push_back(line);
                if kept.len() > LINES {
                    kept.pop_front();
                }
            }
        });
    }

    /// Returns them, of a program that has ended: its end is heard of before the last of its lines are read.
    async fn last_words(&mut self) -> String {
        let read = async { while self.readers.join_next().await.is_some() {} };
        // What was read by then is told.
        let _ = tokio::time::timeout(LAST_WORDS, read).await;
        let kept = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter()
            .fold(String::new(), |words, line| words + "\n" + line)
    }
}
