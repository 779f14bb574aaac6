//! A whole deployment on this machine, through the commands that the README shows.

mod roles;
mod stopped;

use std::time::{Duration, Instant};

use aws_config::BehaviorVersion;
use aws_sdk_lambda::config::{Credentials, Region};
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{Event, EventType, ExecutionStatus};
use serde_json::{Value, json};

use crate::sandbox::{Sandbox, repository};

const PATIENCE: Duration = Duration::from_mins(1);

#[test]
fn the_commands_of_the_readme_do_what_it_says() {
    let sandbox = Sandbox::of_repository();
    let mut ups = 0;
    for command in readme_commands() {
        let words = shlex::split(&command).unwrap();
        let arguments: Vec<&str> = words.iter().skip(2).map(String::as_str).collect();
        let output = sandbox
            .deployer(&arguments)
            .timeout(Duration::from_mins(30))
            .output()
            .unwrap();
        let (stdout, stderr) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        assert!(output.status.success(), "{command}\n{stdout}\n{stderr}");
        match arguments.first() {
            Some(&"up") => {
                ups += 1;
                assert_eq!(
                    stdout.contains("Nothing changed"),
                    ups > 1,
                    "{command} no. {ups}\n{stdout}"
                );
                if ups == 1 {
                    an_ordinary_client_works(&sandbox);
                }
            }
            Some(&"smoke-test") => {
                assert!(stdout.contains(" 0 failed"), "{stdout}");
                roles::roles_allow_what_is_used_and_no_more(&sandbox);
                stopped::a_smoke_test_is_stopped(&sandbox);
            }
            Some(&"destroy") => {
                nothing_is_left(&sandbox);
                for command in [["local", "stop"], ["local", "start"]] {
                    sandbox.deployer(&command).assert().success();
                }
                // What was deleted must not come back with the saved state.
                nothing_is_left(&sandbox);
            }
            _ => {}
        }
    }
    assert!(ups >= 2, "the README shows `up` and an unchanged `up`");
}

/// Returns every command in the README's blocks marked `sh`, in order.
fn readme_commands() -> Vec<String> {
    let readme = fs_err::read_to_string(repository().join("README.md")).unwrap();
    let mut commands = Vec::new();
    let mut inside = false;
    for line in readme.lines() {
        match line.trim() {
            "```sh" => inside = true,
            "```" => inside = false,
            line if inside && line.starts_with("cargo deployer ") => {
                commands.push(line.split(" #").next().unwrap_or(line).trim().to_owned());
            }
            _ => {}
        }
    }
    commands
}

fn status(sandbox: &Sandbox) -> Value {
    let output = sandbox
        .deployer(&["local", "status", "--format", "json"])
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

fn in_runtime<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(work)
}

async fn configuration(sandbox: &Sandbox) -> aws_config::SdkConfig {
    let status = status(sandbox);
    assert_eq!(status["running"], true, "{status}");
    let endpoint = status["endpoint"].as_str().unwrap().to_owned();
    assert!(endpoint.starts_with("http://127.0.0.1:"), "{endpoint}");
    aws_config::defaults(BehaviorVersion::v2026_01_12())
        .endpoint_url(endpoint)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new(
            "000000000000",
            "anything",
            None,
            None,
            "test",
        ))
        .load()
        .await
}

/// Lists, reads and answers with nothing but AWS's own client, over a restart of the local target.
fn an_ordinary_client_works(sandbox: &Sandbox) {
    let stacks = stacks(sandbox);
    let output = |name: &str| stacks[0]["outputs"][name].as_str().unwrap().to_owned();
    let function = output("OrchestratorFunctionName");
    let (arn, callback) = in_runtime(async {
        let configuration = configuration(sandbox).await;
        let lambda = aws_sdk_lambda::Client::new(&configuration);
        let message = json!({
            "transaction_id": "ordinary-client", "amount": 650_000, "currency": "USD", "location": "Paris", "vendor": "shop", "score": 3
        });
        let sqs = aws_sdk_sqs::Client::new(&configuration);
        sqs.send_message()
            .queue_url(output("IntakeQueueUrl"))
            .message_body(message.to_string())
            .send()
            .await
            .unwrap();
        let arn = find_execution(&lambda, &function).await;
        let callback = find_callback(&lambda, &arn).await;
        (arn, callback)
    });
    for command in [["local", "stop"], ["local", "start"]] {
        sandbox.deployer(&command).assert().success();
    }
    in_runtime(async {
        let lambda = aws_sdk_lambda::Client::new(&configuration(sandbox).await);
        assert_eq!(
            execution_status(&lambda, &arn).await,
            ExecutionStatus::Running,
            "it still waits after the restart"
        );
        let answer = Blob::new(json!({ "decision": "approved" }).to_string());
        lambda
            .send_durable_execution_callback_success()
            .callback_id(callback)
            .result(answer)
            .send()
            .await
            .unwrap();
        eventually("the execution succeeds", async || {
            (execution_status(&lambda, &arn).await == ExecutionStatus::Succeeded).then_some(())
        })
        .await;
    });
}

/// Returns the stacks of the workflows, as `up` tells them.
fn stacks(sandbox: &Sandbox) -> Vec<Value> {
    let output = sandbox
        .deployer(&["up", "--format", "json"])
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    let last: Value = serde_json::from_str(stdout.lines().last().unwrap()).unwrap();
    assert_eq!(last["event"], "result", "{last}");
    assert_eq!(last["changed"], false, "{last}");
    last["stacks"].as_array().unwrap().clone()
}

async fn find_execution(lambda: &aws_sdk_lambda::Client, function: &str) -> String {
    eventually("the execution exists", async || {
        let listed = lambda
            .list_durable_executions_by_function()
            .function_name(function)
            .durable_execution_name("dev-tx-ordinary-client")
            .send()
            .await
            .unwrap();
        listed
            .durable_executions()
            .first()
            .map(|execution| execution.durable_execution_arn().to_owned())
    })
    .await
}

async fn find_callback(lambda: &aws_sdk_lambda::Client, arn: &str) -> String {
    eventually("a callback is open", async || {
        let history = lambda
            .get_durable_execution_history()
            .durable_execution_arn(arn)
            .send()
            .await
            .unwrap();
        history
            .events()
            .iter()
            .find(|event| event.event_type() == Some(&EventType::CallbackStarted))
            .and_then(callback_id)
    })
    .await
}

fn callback_id(event: &Event) -> Option<String> {
    event
        .callback_started_details()
        .map(|details| details.callback_id().to_owned())
}

async fn execution_status(lambda: &aws_sdk_lambda::Client, arn: &str) -> ExecutionStatus {
    lambda
        .get_durable_execution()
        .durable_execution_arn(arn)
        .send()
        .await
        .unwrap()
        .status()
        .clone()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the pause between two looks, with a deadline"
)]
async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "{what} within {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Asks every service itself: `destroy` must not be the only witness of its own success.
fn nothing_is_left(sandbox: &Sandbox) {
    in_runtime(async {
        let configuration = configuration(sandbox).await;
        let lambda = aws_sdk_lambda::Client::new(&configuration);
        let path_style = aws_sdk_s3::config::Builder::from(&configuration)
            .force_path_style(true)
            .build();
        let stacks = aws_sdk_cloudformation::Client::new(&configuration)
            .describe_stacks()
            .send()
            .await
            .unwrap();
        assert_eq!(stacks.stacks().len(), 0, "{stacks:?}");
        let functions = lambda.list_functions().send().await.unwrap();
        assert_eq!(functions.functions().len(), 0, "{functions:?}");
        let mappings = lambda.list_event_source_mappings().send().await.unwrap();
        assert_eq!(mappings.event_source_mappings().len(), 0, "{mappings:?}");
        let queues = aws_sdk_sqs::Client::new(&configuration)
            .list_queues()
            .send()
            .await
            .unwrap();
        assert_eq!(queues.queue_urls().len(), 0, "{queues:?}");
        let tables = aws_sdk_dynamodb::Client::new(&configuration)
            .list_tables()
            .send()
            .await
            .unwrap();
        assert_eq!(tables.table_names().len(), 0, "{tables:?}");
        let groups = aws_sdk_cloudwatchlogs::Client::new(&configuration)
            .describe_log_groups()
            .send()
            .await
            .unwrap();
        assert_eq!(groups.log_groups().len(), 0, "{groups:?}");
        let buckets = aws_sdk_s3::Client::from_conf(path_style)
            .list_buckets()
            .send()
            .await
            .unwrap();
        assert_eq!(buckets.buckets().len(), 0, "{buckets:?}");
        let rules = aws_sdk_eventbridge::Client::new(&configuration)
            .list_rules()
            .send()
            .await
            .unwrap();
        assert_eq!(rules.rules().len(), 0, "{rules:?}");
    });
}
