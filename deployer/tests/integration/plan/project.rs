//! A project to plan for.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_sdk_cloudformation::config::{Credentials, Region};
use serde_json::Value;

use crate::sandbox::Sandbox;

pub(super) const STACK: &str = "durable-dev-fraud-detection";

/// A project whose functions do nothing, so that they are built in no time.
pub(super) struct Project {
    pub(super) sandbox: Sandbox,
}

pub(super) struct Said {
    pub(super) code: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Project {
    pub(super) fn new() -> Self {
        let sandbox = Sandbox::with_copy();
        let project = sandbox.project();
        fs_err::write(
            project.join("Cargo.toml"),
            "[workspace]\nresolver = \"3\"\nmembers = [\"functions/*\"]\n",
        )
        .unwrap();
        for function in fs_err::read_dir(project.join("functions")).unwrap() {
            let source = function.unwrap().path().join("src");
            fs_err::create_dir_all(&source).unwrap();
            fs_err::write(source.join("main.rs"), "fn main() {}\n").unwrap();
        }
        let lock = Command::new("cargo")
            .args(["generate-lockfile", "--offline"])
            .current_dir(project)
            .output()
            .unwrap();
        assert!(lock.status.success(), "{lock:?}");
        Self { sandbox }
    }

    pub(super) fn run(&self, arguments: &[&str]) -> Said {
        let output = self
            .sandbox
            .deployer(arguments)
            .env("CARGO_TARGET_DIR", self.sandbox.project().join("target"))
            .env("AWS_ACCESS_KEY_ID", "000000000000")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .timeout(Duration::from_mins(10))
            .output()
            .unwrap();
        Said {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs the program and demands its exit code.
    pub(super) fn expect(&self, code: i32, arguments: &[&str]) -> Said {
        let said = self.run(arguments);
        assert_eq!(
            said.code,
            Some(code),
            "{arguments:?}\n{}\n{}",
            said.stdout,
            said.stderr
        );
        said
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.sandbox.project().join(name)
    }

    pub(super) fn endpoint(&self) -> String {
        let said = self.expect(0, &["local", "status", "--format", "json"]);
        let status: Value = serde_json::from_str(&said.stdout).unwrap();
        status["endpoint"].as_str().unwrap().to_owned()
    }

    /// Returns the names of all stacks and buckets there are.
    pub(super) fn inventory(&self) -> Vec<String> {
        let endpoint = self.endpoint();
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let configuration = aws_config::defaults(BehaviorVersion::v2026_01_12())
                .endpoint_url(endpoint)
                .region(Region::new("us-east-1"))
                .credentials_provider(Credentials::new("000000000000", "x", None, None, "test"))
                .load()
                .await;
            let stacks = aws_sdk_cloudformation::Client::new(&configuration)
                .describe_stacks()
                .send()
                .await
                .unwrap();
            let settings = aws_sdk_s3::config::Builder::from(&configuration)
                .force_path_style(true)
                .build();
            let buckets = aws_sdk_s3::Client::from_conf(settings)
                .list_buckets()
                .send()
                .await
                .unwrap();
            let names = stacks
                .stacks()
                .iter()
                .filter_map(|stack| stack.stack_name());
            let buckets = buckets.buckets().iter().filter_map(|bucket| bucket.name());
            names.chain(buckets).map(str::to_owned).collect()
        })
    }

    /// Has a stage served by an endpoint.
    pub(super) fn serve(&self, stage: &str, endpoint: &str) {
        let path = self.file(&format!("config/stages/{stage}.yaml"));
        let text = fs_err::read_to_string(&path).unwrap();
        fs_err::write(path, format!("{text}\nendpoint: {endpoint}\n")).unwrap();
    }

    /// Gives the orchestrator more memory than by default, and less time.
    pub(super) fn more_memory(&self) {
        let more = "memory: 1024MB\n      timeout: 4m ";
        self.sandbox.edit("config/app.yaml", "timeout: 5m ", more);
    }

    /// Protects the stage `dev`.
    pub(super) fn protect(&self) {
        let path = self.file("config/stages/dev.yaml");
        let text = fs_err::read_to_string(&path).unwrap();
        let set = ["protect", "deployment"];
        let mut lines: Vec<&str> = text
            .lines()
            .filter(|line| !set.iter().any(|key| line.starts_with(key)))
            .collect();
        lines.push("protect: true\n");
        fs_err::write(&path, lines.join("\n")).unwrap();
    }
}
