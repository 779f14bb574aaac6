//! The commands that look at a deployment and take it down, on a small application that deploys fast.

mod held;
pub(crate) mod many;
mod origin;
mod over_running;
mod shifts;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_config::BehaviorVersion;
use aws_sdk_cloudwatchlogs::types::InputLogEvent;
use aws_sdk_lambda::config::{Credentials, Region};
use camino::Utf8Path;
use deployer::aws::Clients;
use deployer::config::load;
use deployer::operate::logs::{LogLine, Question, Tail};
use serde_json::Value;

use crate::sandbox::Sandbox;

/// An application with one workflow, whose functions do nothing.
pub(crate) struct Small {
    sandbox: Sandbox,
}

const FUNCTIONS: [&str; 2] = ["small-orchestrator", "small-intermediary"];

impl Small {
    pub(crate) fn new() -> Self {
        let small = Self {
            sandbox: Sandbox::with_copy(),
        };
        fs_err::remove_dir_all(small.project().join("functions")).unwrap();
        fs_err::remove_dir_all(small.project().join("config/smoke")).unwrap();
        small.write(
            "config/app.yaml",
            "name: small\nworkflows:\n  only:\n    orchestrator: { function: small-orchestrator, execution_timeout: 1h, longest_wait: 30m }\n    intake: { function: small-intermediary, execution_name: \"{stage}-{id}\" }\n    tables:\n      orders: { partition_key: id }\n",
        );
        small.write(
            "config/stages/dev.yaml",
            "target: local\nbuild_profile: dev\n",
        );
        small.write(
            "config/stages/guarded.yaml",
            "target: local\nbuild_profile: dev\nprotect: true\n",
        );
        small.write(
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"functions/*\"]\n",
        );
        for function in FUNCTIONS {
            small.write(
                &format!("functions/{function}/Cargo.toml"),
                &format!("[package]\nname = \"{function}\"\nedition = \"2024\"\n"),
            );
            small.write(
                &format!("functions/{function}/src/main.rs"),
                "fn main() {}\n",
            );
        }
        small.lock();
        small
    }

    /// Locks the dependencies of the functions that there are now, which is none.
    pub(crate) fn lock(&self) {
        let locked = Command::new("cargo")
            .args(["generate-lockfile", "--offline"])
            .current_dir(self.project())
            .output()
            .unwrap();
        assert!(locked.status.success(), "{locked:?}");
    }

    fn project(&self) -> &Path {
        self.sandbox.project()
    }

    /// Writes a file of the project and returns its path.
    pub(crate) fn write(&self, file: &str, text: &str) -> PathBuf {
        let path = self.project().join(file);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(&path, text).unwrap();
        path
    }

    pub(crate) fn change_function(&self) {
        self.write(
            "functions/small-orchestrator/src/main.rs",
            "fn main() { println!(\"changed\") }\n",
        );
    }

    pub(crate) fn deployer(&self, arguments: &[&str]) -> assert_cmd::Command {
        let mut command = self.sandbox.deployer(arguments);
        command.env("CARGO_TARGET_DIR", self.project().join("target"));
        command
    }

    /// Returns the program for a test that does not wait for its end.
    pub(crate) fn process(&self, arguments: &[&str]) -> Command {
        let mut command = self.sandbox.process(arguments);
        command.env("CARGO_TARGET_DIR", self.project().join("target"));
        command
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let Output {
            status,
            stdout,
            stderr,
        } = self.deployer(arguments).output().unwrap();
        (
            status.code(),
            String::from_utf8_lossy(&stdout).into_owned(),
            String::from_utf8_lossy(&stderr).into_owned(),
        )
    }

    fn json(&self, arguments: &[&str]) -> (Option<i32>, Value) {
        let (code, stdout, stderr) = self.run(&[&["--format", "json"], arguments].concat());
        let last = stdout.lines().last().unwrap_or_default();
        assert!(!last.is_empty(), "{stderr}");
        let document = serde_json::from_str(last).unwrap();
        (code, document)
    }

    fn configuration(&self) -> aws_config::SdkConfig {
        let (_, status) = self.json(&["local", "status"]);
        let credentials = Credentials::new("000000000000", "anything", None, None, "test");
        in_runtime(
            aws_config::defaults(BehaviorVersion::v2026_01_12())
                .endpoint_url(status["endpoint"].as_str().unwrap())
                .region(Region::new("us-east-1"))
                .credentials_provider(credentials)
                .load(),
        )
    }

    fn tables(&self) -> Vec<String> {
        let dynamodb = aws_sdk_dynamodb::Client::new(&self.configuration());
        let listed = in_runtime(dynamodb.list_tables().send()).unwrap();
        listed.table_names().to_vec()
    }

    /// Returns the names of the functions in the account.
    fn functions(&self) -> Vec<String> {
        let lambda = aws_sdk_lambda::Client::new(&self.configuration());
        let listed = in_runtime(lambda.list_functions().send()).unwrap();
        let names = listed.functions().iter();
        names
            .filter_map(|function| function.function_name.clone())
            .collect()
    }

    fn zips(&self) -> Vec<String> {
        let path_style = aws_sdk_s3::config::Builder::from(&self.configuration())
            .force_path_style(true)
            .build();
        let s3 = aws_sdk_s3::Client::from_conf(path_style);
        let bucket = "small-dev-artifacts-000000000000-us-east-1";
        let listed = in_runtime(s3.list_objects_v2().bucket(bucket).send()).unwrap();
        let keys = listed.contents().iter().filter_map(|object| object.key());
        keys.map(str::to_owned).collect()
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the files of the test are of now"
    )]
    fn log(&self, function: &str, milliseconds_ago: i64, text: &str) {
        let logs = aws_sdk_cloudwatchlogs::Client::new(&self.configuration());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let time = i64::try_from(now.as_millis()).unwrap() - milliseconds_ago;
        let (group, stream) = (format!("/small/dev/only/{function}"), "test");
        let event = InputLogEvent::builder().timestamp(time).message(text);
        in_runtime(async {
            let _ = logs
                .create_log_stream()
                .log_group_name(&group)
                .log_stream_name(stream)
                .send()
                .await;
            logs.put_log_events()
                .log_group_name(&group)
                .log_stream_name(stream)
                .log_events(event.build().unwrap())
                .send()
                .await
                .unwrap();
        });
    }
}

fn in_runtime<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(work)
}

#[test]
fn status_logs_gc_and_destroy_tell_what_is_there() {
    let small = Small::new();
    let (code, _, stderr) = small.run(&["status"]);
    assert_eq!(code, Some(4), "the local target does not run: {stderr}");
    let (code, _, stderr) = small.run(&["up"]);
    assert_eq!(code, Some(0), "{stderr}");

    status_names_versions_queues_and_what_is_missing(&small);
    logs_are_merged_and_filtered(&small);
    who_follows_is_told_every_line_once(&small);
    gc_keeps_what_is_needed(&small);

    let (code, result) = small.json(&["destroy", "--keep-data", "--yes"]);
    assert_eq!(code, Some(0), "{result}");
    assert_eq!(result["kept"].as_array().unwrap().len(), 2, "{result}");
    assert_eq!(small.tables().len(), 2);
    let (code, status) = small.json(&["status"]);
    assert_eq!((code, &status["deployed"]), (Some(4), &Value::Bool(false)));
    let (code, result) = small.json(&["destroy", "--purge-data", "--yes"]);
    assert_eq!(code, Some(0), "{result}");
    assert_eq!(
        small.tables(),
        Vec::<String>::new(),
        "kept tables are found again"
    );
    let (code, stdout, _) = small.run(&["destroy", "--purge-data", "--yes"]);
    assert_eq!(code, Some(0));
    assert!(stdout.contains("Nothing to destroy"), "{stdout}");
}

#[test]
fn a_workflow_that_was_renamed_is_told_of_and_destroyed_too() {
    let small = Small::new();
    let (code, _, stderr) = small.run(&["up"]);
    assert_eq!(code, Some(0), "{stderr}");
    let configuration = fs_err::read_to_string(small.project().join("config/app.yaml")).unwrap();
    small.write("config/app.yaml", &configuration.replace("only:", "other:"));
    let (code, _, stderr) = small.run(&["up"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(
        stderr.contains("the stack `small-dev-only` is of a workflow that"),
        "{stderr}"
    );

    let (code, result) = small.json(&["destroy", "other", "--yes"]);
    assert_eq!(code, Some(0), "{result}");
    assert_eq!(result["stacks"], serde_json::json!(["small-dev-other"]));
    let (code, result) = small.json(&["destroy", "--yes"]);
    assert_eq!(code, Some(0), "{result}");
    assert_eq!(
        result["stacks"],
        serde_json::json!(["small-dev-only", "small-dev-artifacts"])
    );
    assert_eq!(small.tables(), Vec::<String>::new());
}

fn status_names_versions_queues_and_what_is_missing(small: &Small) {
    let (code, status) = small.json(&["status"]);
    assert_eq!(code, Some(0), "{status}");
    let workflow = &status["workflows"][0];
    assert_eq!(workflow["state"], "CREATE_COMPLETE");
    assert_eq!(workflow["mapping"], "Enabled");
    assert_eq!(workflow["running_executions"], 0);
    assert_eq!(workflow["problems"], serde_json::json!([]));
    let functions = workflow["functions"].as_array().unwrap();
    assert_eq!(functions.len(), 2, "{workflow}");
    assert!(functions.iter().all(|function| function["version"] == "1"));
    assert_eq!(
        workflow["queues"].as_array().unwrap().len(),
        4,
        "{workflow}"
    );

    let queue = workflow["queues"][0]["url"].as_str().unwrap();
    let sqs = aws_sdk_sqs::Client::new(&small.configuration());
    in_runtime(sqs.delete_queue().queue_url(queue).send()).unwrap();
    let (code, status) = small.json(&["status"]);
    assert_eq!(code, Some(0), "{status}");
    let workflow = &status["workflows"][0];
    assert_eq!(workflow["functions"].as_array().unwrap().len(), 2);
    let problem = workflow["problems"][0].as_str().unwrap();
    assert!(problem.contains(queue), "{problem}");
}

fn logs_are_merged_and_filtered(small: &Small) {
    small.log(
        "small-orchestrator",
        3_000,
        r#"{"level":"INFO","message":"second","execution":"dev-7"}"#,
    );
    small.log("small-intermediary", 4_000, "first, as text");
    small.log(
        "small-intermediary",
        2_000,
        r#"{"level":"WARN","message":"third","execution":"dev-8"}"#,
    );
    let (code, stdout, stderr) = small.run(&["logs", "--since", "10m"]);
    assert_eq!(code, Some(0), "{stderr}");
    let told: Vec<&str> = stdout
        .lines()
        .filter(|line| line.contains("first") || line.contains("second") || line.contains("third"))
        .filter_map(|line| line.split_once(' ').map(|(_, rest)| rest))
        .collect();
    assert_eq!(
        told,
        [
            "small-intermediary       first, as text",
            "small-orchestrator INFO  second execution=dev-7",
            "small-intermediary WARN  third execution=dev-8",
        ]
    );
    let (_, stdout, _) = small.run(&["logs", "--execution", "dev-8", "--format", "json"]);
    let line: Value = serde_json::from_str(stdout.trim()).unwrap();
    assert_eq!(line["message"]["message"], "third");
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:small:1/durable-execution/dev-8/0";
    let (code, by_arn, stderr) = small.run(&["logs", "--execution", arn, "--format", "json"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(by_arn, stdout, "an ARN has the name in it");
    let (_, stdout, _) = small.run(&["logs", "--since", "1s", "--execution", "dev-7"]);
    assert_eq!(stdout, "", "too long ago");
}

fn who_follows_is_told_every_line_once(small: &Small) {
    let root = Utf8Path::from_path(small.project()).unwrap();
    let app = load(root, "dev").unwrap();
    let (_, status) = small.json(&["local", "status"]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let connected = Clients::connect(&app, status["endpoint"].as_str());
    let clients = runtime.block_on(connected).unwrap();
    let question = Question {
        workflows: vec!["only".to_owned()],
        execution: Some("dev-9".to_owned()),
        since: Duration::from_mins(10),
    };
    let mut tail = Tail::new(&app, &clients, &question);
    let mut next = || -> Vec<String> {
        let lines = runtime.block_on(tail.next()).unwrap();
        lines.iter().map(LogLine::text).collect()
    };
    assert_eq!(next(), Vec::<String>::new());
    small.log("small-orchestrator", 900, "dev-9 begins");
    assert_eq!(next(), ["dev-9 begins"]);
    assert_eq!(next(), Vec::<String>::new(), "told already");
    small.log(
        "small-intermediary",
        950,
        "dev-9 came in, which is known late",
    );
    small.log("small-orchestrator", 100, "dev-9 ends");
    assert_eq!(next(), ["dev-9 came in, which is known late", "dev-9 ends"]);
}

fn gc_keeps_what_is_needed(small: &Small) {
    let deployed = small.zips();
    assert_eq!(deployed.len(), 2, "{deployed:?}");
    small.change_function();
    let (code, _, stderr) = small.run(&["up"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(small.zips().len(), 3);

    let (_, result) = small.json(&["gc"]);
    assert_eq!(
        (&result["young"], &result["needed"]),
        (&1.into(), &2.into()),
        "{result}"
    );
    let (_, result) = small.json(&["gc", "--older-than", "0s", "--dry-run"]);
    let garbage = result["garbage"][0]["key"].as_str().unwrap();
    assert!(
        deployed.iter().any(|key| key == garbage),
        "{garbage} in {deployed:?}"
    );
    let (code, _, _) = small.run(&["gc", "--older-than", "0s"]);
    assert_eq!(code, Some(3), "nobody agreed");
    assert_eq!(small.zips().len(), 3, "nothing was deleted yet");
    let (code, result) = small.json(&["gc", "--older-than", "0s", "--yes"]);
    assert_eq!(code, Some(0), "{result}");
    let left = small.zips();
    assert_eq!(left.len(), 2);
    assert!(!left.iter().any(|key| key == garbage), "{left:?}");
}

#[test]
fn the_data_of_a_protected_stage_goes_only_by_its_name() {
    let small = Small::new();
    let guarded = ["--stage", "guarded"];
    let (code, _, stderr) = small.run(&[&guarded[..], &["up", "--yes"]].concat());
    assert_eq!(code, Some(0), "{stderr}");
    let destroy = |more: &[&str]| {
        let all = [&guarded[..], &["destroy", "--yes"], more].concat();
        let (code, stdout, stderr) = small.run(&all);
        (code, format!("{stdout}{stderr}"))
    };
    let (code, said) = destroy(&["--purge-data"]);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("--purge-data=guarded"), "{said}");
    let (code, said) = destroy(&["--purge-data=dev"]);
    assert_eq!(code, Some(2), "{said}");
    assert_eq!(small.tables().len(), 2);
    let (code, said) = destroy(&["--purge-data=guarded"]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(small.tables(), Vec::<String>::new());
}
