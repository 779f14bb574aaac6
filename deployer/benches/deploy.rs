//! How long deploying to the local target takes: `cargo bench -p deployer`.
//!
//! Works on a copy of the project, with dependencies that are compiled already. With
//! `MEASURE_FRESH_CLONE=1` it also times a fresh clone to the end of its first `up`, which compiles
//! everything. Figures of one run compare with each other; machines are noisy.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a measurement that cannot go on has failed, and its figures go to stdout"
)]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use serde_json::Value;

const REPEATS: usize = 5;
const ALIAS: &str = "arn:aws:lambda:us-east-1:000000000000:function:measured:live";

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let project = Project::copy(folder.path());
    project.run(&["up"]);
    project.run(&["destroy", "--yes"]);
    project.run(&["local", "stop"]);

    let first = project.timed(&["up", "--format", "json"]);
    report(
        "`up`, first, on built code, local target stopped",
        first.seconds,
    );
    let unchanged: Vec<f64> = (0..REPEATS)
        .map(|_| project.timed(&["up"]).seconds)
        .collect();
    report("`up`, unchanged, median of 5", median(unchanged));
    project.edit(
        "functions/queue-intermediary/src/main.rs",
        "cannot start",
        "cannot start at all",
    );
    let changed = project.timed(&["up", "--format", "json"]);
    report("`up`, one function changed", changed.seconds);
    report("  of it building", changed.build_seconds());
    report("`smoke-test`", project.timed(&["smoke-test"]).seconds);
    for (function, bytes) in first.zips() {
        println!(
            "{:<52} {:>10} bytes",
            format!("zip of {function}, profile dev"),
            bytes
        );
        let starts: Vec<f64> = (0..REPEATS)
            .map(|_| start_to_first_poll(&function))
            .collect();
        report(
            &format!("start of {function} to its first poll, median of 5"),
            median(starts),
        );
    }
    let calls = project.calls_of_unchanged_up();
    println!(
        "{:<52} {calls:>10}",
        "API calls of an unchanged `up`, 2 stacks"
    );
    project.run(&["destroy", "--yes"]);
    project.run(&["local", "stop"]);
    if std::env::var_os("MEASURE_FRESH_CLONE").is_some() {
        report("fresh clone to the end of the first `up`", fresh_clone());
    }
}

fn report(what: &str, seconds: f64) {
    println!("{what:<52} {seconds:>10.3} s");
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| repository().join("target"), PathBuf::from)
}

struct Run {
    seconds: f64,
    stdout: String,
}

impl Run {
    fn events(&self) -> impl Iterator<Item = Value> {
        self.stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
    }

    fn build_seconds(&self) -> f64 {
        let built = |event: &Value| event["event"] == "step-finished" && event["step"] == "build";
        self.events().find(built).unwrap()["seconds"]
            .as_f64()
            .unwrap()
    }

    fn zips(&self) -> Vec<(String, u64)> {
        let ready = self
            .events()
            .filter(|event| event["event"] == "artifact-ready");
        ready
            .map(|event| {
                (
                    event["function"].as_str().unwrap().to_owned(),
                    event["bytes"].as_u64().unwrap(),
                )
            })
            .collect()
    }
}

struct Project {
    root: PathBuf,
}

impl Project {
    fn copy(folder: &Path) -> Self {
        let root = folder.join("project");
        for part in [
            "Cargo.toml",
            "Cargo.lock",
            "config",
            "deployer",
            "functions",
            "templates",
        ] {
            let status = Command::new("cp")
                .arg("-r")
                .arg(repository().join(part))
                .arg(create(&root))
                .status();
            assert!(status.unwrap().success());
        }
        Self { root }
    }

    fn deployer(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_deployer"));
        command
            .current_dir(&self.root)
            .env("DEPLOYER_LOCAL_PORT", "0")
            .env("CARGO_TARGET_DIR", target());
        command.args(arguments).stderr(Stdio::piped());
        command
    }

    fn run(&self, arguments: &[&str]) -> String {
        let output = self.deployer(arguments).output().unwrap();
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    fn timed(&self, arguments: &[&str]) -> Run {
        let start = Instant::now();
        let stdout = self.run(arguments);
        Run {
            seconds: start.elapsed().as_secs_f64(),
            stdout,
        }
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.root.join(file);
        let text = fs_err::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} contains {from}");
        fs_err::write(path, text.replacen(from, to, 1)).unwrap();
    }

    /// Counts the requests that pass between the program and the local target.
    fn calls_of_unchanged_up(&self) -> usize {
        let status: Value =
            serde_json::from_str(&self.run(&["local", "status", "--format", "json"])).unwrap();
        let upstream: SocketAddr = status["endpoint"]
            .as_str()
            .unwrap()
            .trim_start_matches("http://")
            .parse()
            .unwrap();
        let (address, calls) = counting_proxy(upstream);
        let stage = self.root.join("config/stages/dev.yaml");
        let text = fs_err::read_to_string(&stage).unwrap();
        fs_err::write(&stage, format!("{text}endpoint: http://{address}\n")).unwrap();
        let stdout = self.run(&["up"]);
        fs_err::write(&stage, text).unwrap();
        assert!(stdout.contains("Nothing changed"), "{stdout}");
        calls.load(Ordering::SeqCst)
    }
}

fn create(folder: &Path) -> &Path {
    fs_err::create_dir_all(folder).unwrap();
    folder
}

fn counting_proxy(upstream: SocketAddr) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    thread::spawn(move || {
        for client in listener.incoming() {
            let (client, counted) = (client.unwrap(), Arc::clone(&counted));
            let server = TcpStream::connect(upstream).unwrap();
            let (mut to_client, mut from_server) =
                (client.try_clone().unwrap(), server.try_clone().unwrap());
            thread::spawn(move || std::io::copy(&mut from_server, &mut to_client));
            thread::spawn(move || forward_and_count(client, server, &counted));
        }
    });
    (address, calls)
}

/// A request begins with its line, and the SDK writes head and body apart, so counting lines in chunks is enough.
fn forward_and_count(mut client: TcpStream, mut server: TcpStream, calls: &AtomicUsize) {
    let mut chunk = vec![0_u8; 65_536];
    while let Ok(length) = client.read(&mut chunk) {
        if length == 0 || server.write_all(&chunk[..length]).is_err() {
            break;
        }
        let lines = chunk[..length]
            .windows(11)
            .filter(|window| window == b" HTTP/1.1\r\n")
            .count();
        calls.fetch_add(lines, Ordering::SeqCst);
    }
}

/// Starts the function as Lambda does and waits until it asks for work.
fn start_to_first_poll(function: &str) -> f64 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let start = Instant::now();
    let mut child = Command::new(target().join("debug").join(function))
        .env(
            "AWS_LAMBDA_RUNTIME_API",
            listener.local_addr().unwrap().to_string(),
        )
        .envs([
            ("AWS_LAMBDA_FUNCTION_NAME", function),
            ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
        ])
        .envs([
            ("AWS_LAMBDA_LOG_GROUP_NAME", "/measured"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "measured"),
            ("AWS_REGION", "us-east-1"),
        ])
        .envs([
            ("AWS_ACCESS_KEY_ID", "measured"),
            ("AWS_SECRET_ACCESS_KEY", "measured"),
            ("TRANSACTIONS_TABLE", "measured"),
        ])
        .envs([
            ("LONGEST_WAIT_SECONDS", "60"),
            ("EXECUTION_NAME", "m-{id}"),
            ("IDEMPOTENCY_TABLE", "measured"),
        ])
        .envs([
            ("IDEMPOTENCY_WINDOW_SECONDS", "60"),
            ("QUEUE_URL", "http://127.0.0.1:1/0/q"),
            ("MAX_RECEIVE_COUNT", "5"),
        ])
        .envs(
            [
                "ORCHESTRATOR",
                "AUTHORIZE_PAYMENT_FUNCTION",
                "ALLOCATE_INVENTORY_FUNCTION",
                "FULFILL_ORDER_FUNCTION",
            ]
            .map(|name| (name, ALIAS)),
        )
        .envs([("ORDERS_TABLE", "measured"), ("CATALOG_TABLE", "measured")])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let (mut poll, _) = listener.accept().unwrap();
    let mut head = [0_u8; 16];
    poll.read_exact(&mut head).unwrap();
    let seconds = start.elapsed().as_secs_f64();
    child.kill().unwrap();
    child.wait().unwrap();
    seconds
}

fn fresh_clone() -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let start = Instant::now();
    let clone = folder.path().join("clone");
    assert!(
        Command::new("git")
            .arg("clone")
            .arg("--quiet")
            .arg(repository())
            .arg(&clone)
            .status()
            .unwrap()
            .success()
    );
    let run = |arguments: &[&str]| {
        let status = Command::new("cargo")
            .arg("deployer")
            .args(arguments)
            .current_dir(&clone)
            .env("DEPLOYER_LOCAL_PORT", "0")
            .env_remove("CARGO_TARGET_DIR")
            .stdout(Stdio::null())
            .status();
        assert!(status.unwrap().success(), "{arguments:?}");
    };
    run(&["up"]);
    let seconds = start.elapsed().as_secs_f64();
    run(&["destroy", "--yes"]);
    run(&["local", "stop"]);
    seconds
}
