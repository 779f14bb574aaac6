//! Ctrl-C in the middle of a smoke test: the first takes away what the run made, the second leaves at once.

use std::process::{Child, Command, Stdio};

use aws_sdk_lambda::types::ExecutionStatus;
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::Value;

use super::{configuration, eventually, in_runtime, stacks};
use crate::sandbox::Sandbox;

pub(super) fn a_smoke_test_is_stopped(sandbox: &Sandbox) {
    let stacks = stacks(sandbox);
    let (said, code) = interrupted(sandbox, &stacks, 1);
    assert_eq!(code, Some(7), "{said}");
    assert!(said.contains("error: the smoke test was stopped"), "{said}");
    in_runtime(nothing_of_it_is_left(sandbox, &stacks));
    let report = fs_err::read_to_string(sandbox.home().join("smoke.xml")).unwrap();
    assert!(
        report.contains(r#"<error message="the run was stopped"/>"#),
        "{report}"
    );

    let (said, code) = interrupted(sandbox, &stacks, 2);
    assert_eq!(code, Some(7), "{said}");
    assert!(
        said.contains("executions and messages of the interrupted run stay"),
        "{said}"
    );
}

/// Runs the smoke test until an execution of it runs, and presses Ctrl-C so often.
fn interrupted(sandbox: &Sandbox, stacks: &[Value], times: usize) -> (String, Option<i32>) {
    let (said, report) = ("said", "smoke.xml");
    let (said, report) = (sandbox.home().join(said), sandbox.home().join(report));
    let mut command = sandbox.process(&["smoke-test", "--junit"]);
    command.arg(&report).stdin(Stdio::null());
    let stderr = fs_err::File::create(&said).unwrap();
    let child = command.stdout(Stdio::null()).stderr(stderr.into_file());
    let mut child = child.spawn().unwrap();
    in_runtime(async {
        let lambda = aws_sdk_lambda::Client::new(&configuration(sandbox).await);
        eventually("an execution of the run runs", async || {
            (running(&lambda, stacks).await > 0).then_some(())
        })
        .await;
        for time in 0..times {
            press_ctrl_c(&child);
            if time + 1 < times {
                eventually("the first Ctrl-C is heard", async || {
                    let said = fs_err::read_to_string(&said).unwrap();
                    said.contains("Ctrl-C again leaves at once").then_some(())
                })
                .await;
            }
        }
    });
    let code = child.wait().unwrap().code();
    (fs_err::read_to_string(said).unwrap(), code)
}

fn press_ctrl_c(child: &Child) {
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-INT", &id]).status().unwrap();
    assert!(sent.success());
}

async fn running(lambda: &aws_sdk_lambda::Client, stacks: &[Value]) -> usize {
    let mut running = 0;
    for stack in stacks {
        let listed = lambda
            .list_durable_executions_by_function()
            .function_name(
                stack["outputs"]["OrchestratorFunctionName"]
                    .as_str()
                    .unwrap(),
            )
            .statuses(ExecutionStatus::Running)
            .send()
            .await
            .unwrap();
        let executions = listed.durable_executions().iter();
        let of_smoke_tests =
            executions.filter(|execution| execution.durable_execution_name().contains("-smoke-"));
        running += of_smoke_tests.count();
    }
    running
}

async fn nothing_of_it_is_left(sandbox: &Sandbox, stacks: &[Value]) {
    let configuration = configuration(sandbox).await;
    let lambda = aws_sdk_lambda::Client::new(&configuration);
    let sqs = aws_sdk_sqs::Client::new(&configuration);
    let dynamodb = aws_sdk_dynamodb::Client::new(&configuration);
    assert_eq!(running(&lambda, stacks).await, 0);
    for stack in stacks {
        for (name, value) in stack["outputs"].as_object().unwrap() {
            let value = value.as_str().unwrap();
            if name.ends_with("QueueUrl") {
                let read = sqs
                    .get_queue_attributes()
                    .queue_url(value)
                    .attribute_names(QueueAttributeName::ApproximateNumberOfMessages)
                    .send()
                    .await
                    .unwrap();
                let waiting =
                    &read.attributes().unwrap()[&QueueAttributeName::ApproximateNumberOfMessages];
                assert_eq!(waiting, "0", "{name}");
            }
            if name.ends_with("TableName") {
                let read = dynamodb.scan().table_name(value).send().await.unwrap();
                let left = format!("{:?}", read.items());
                assert!(!left.contains("smoke-"), "{name}: {left}");
            }
        }
    }
}
