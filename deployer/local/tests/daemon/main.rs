//! The local target end to end: a real MiniStack, a daemon of its own for every test, and functions
//! as processes.

#![expect(
    clippy::unwrap_used,
    reason = "a failed test is what unwrap is for here"
)]
#![expect(
    clippy::indexing_slicing,
    reason = "a failed test is what a wrong index is for here"
)]
#![expect(unreachable_pub, reason = "the modules of a test are private to it")]

mod kills;
mod world;

use aws_sdk_cloudformation::types::StackStatus;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::ExecutionStatus;
use durable_local::LocalError;
use serde_json::json;
use world::{PORT, PROJECT, STACK, World, assert_says, eventually, kill, post};

/// Not a test: what the tests run as the daemon's process.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "is run by the other tests"]
#[expect(clippy::disallowed_methods, reason = "the test is run with it")]
async fn the_daemon() {
    let project = std::env::var_os(PROJECT).unwrap();
    let port = std::env::var(PORT).unwrap().parse().unwrap();
    let settings = world::settings(project.as_ref(), port);
    durable_local::serve(settings).await.unwrap();
}

#[tokio::test]
async fn a_durable_function_runs_behind_its_alias() {
    let world = World::new();
    let aws = world.running().await;
    let outputs = aws.deploy().await;
    let (durable, live) = (&outputs["Durable"], &outputs["Live"]);

    let arn = aws
        .start_execution(live, "order-1", r#"{"do": "nothing"}"#)
        .await;
    assert!(arn.contains(":1/durable-execution/order-1/"), "{arn}");
    aws.execution(durable, "order-1", ExecutionStatus::Succeeded)
        .await;
    assert_eq!(aws.result(&arn).await["version"], "1");
    let again = aws
        .start_execution(live, "order-1", r#"{"do": "nothing"}"#)
        .await;
    assert_eq!(again, arn);

    // Everybody else's client sees the configuration too.
    let configuration = aws
        .lambda
        .get_function_configuration()
        .function_name(durable);
    let configuration = configuration.send().await.unwrap();
    assert_eq!(
        configuration.durable_config().unwrap().execution_timeout(),
        Some(90_000)
    );

    // A function that is not durable is MiniStack's, payload and all.
    let plain = aws.lambda.invoke().function_name(&outputs["Intermediary"]);
    let plain = plain
        .payload(Blob::new(r#"{"a": 1}"#))
        .send()
        .await
        .unwrap();
    let answer: serde_json::Value =
        serde_json::from_slice(plain.payload.unwrap().as_ref()).unwrap();
    assert_eq!(
        answer,
        json!({ "plain": { "a": 1 }, "endpoint": aws.endpoint })
    );

    let unknown = aws
        .lambda
        .invoke()
        .function_name("nobody")
        .send()
        .await
        .unwrap_err();
    assert!(
        unknown
            .into_service_error()
            .is_resource_not_found_exception()
    );
    world.stop().await;
}

#[tokio::test]
async fn messages_become_executions_and_failures_are_kept() {
    let world = World::new();
    let aws = world.running().await;
    let outputs = aws.deploy().await;

    aws.send(&outputs["Queue"], r#"{"id": "good", "do": "nothing"}"#)
        .await;
    aws.send(&outputs["Queue"], "no order").await;
    aws.send(&outputs["Queue"], r#"{"id": "bad", "do": "fail"}"#)
        .await;

    assert_eq!(aws.receive(&outputs["DeadLetters"]).await, "no order");
    let durable = &outputs["Durable"];
    aws.execution(durable, "good", ExecutionStatus::Succeeded)
        .await;
    aws.execution(durable, "bad", ExecutionStatus::Failed).await;

    let event = aws.receive(&outputs["Failures"]).await;
    let event: serde_json::Value = serde_json::from_str(&event).unwrap();
    assert_eq!(event["detail-type"], "Durable Execution Status Change");
    assert_eq!(event["source"], "aws.lambda");
    assert_eq!(event["detail"]["durableExecutionName"], "bad");
    assert_eq!(event["detail"]["status"], "FAILED");

    // An execution of 25 hours may not stand behind a mapping.
    let mapping = aws
        .lambda
        .create_event_source_mapping()
        .function_name(&outputs["Live"]);
    let mapping = mapping
        .event_source_arn(&outputs["DeadLettersArn"])
        .send()
        .await;
    assert_says(&mapping.unwrap_err(), "15 minutes");
    world.stop().await;
}

#[tokio::test]
async fn a_deleted_function_ends_its_executions() {
    let world = World::new();
    let aws = world.running().await;
    let outputs = aws.deploy().await;
    let arn = aws
        .start_execution(&outputs["Live"], "left", r#"{"do": "callback"}"#)
        .await;
    let callback = aws.callback_of(&arn).await;
    aws.cloudformation
        .delete_stack()
        .stack_name(STACK)
        .send()
        .await
        .unwrap();
    eventually("deletion", || async {
        let functions = aws.lambda.list_functions().send().await.unwrap().functions;
        functions.unwrap_or_default().is_empty().then_some(())
    })
    .await;

    let answer = aws.lambda.send_durable_execution_callback_success();
    answer.callback_id(callback).send().await.unwrap();
    eventually("end", || async {
        let execution = aws
            .lambda
            .get_durable_execution()
            .durable_execution_arn(&arn);
        let execution = execution.send().await.unwrap();
        (execution.status == ExecutionStatus::Failed).then_some(())
    })
    .await;
    world.stop().await;
}

#[tokio::test]
async fn everything_survives_a_restart() {
    let world = World::new();
    let aws = world.running().await;
    let outputs = aws.deploy().await;
    let arn = aws
        .start_execution(&outputs["Live"], "waiting", r#"{"do": "callback"}"#)
        .await;
    let callback = aws.callback_of(&arn).await;
    aws.send(&outputs["DeadLetters"], "kept").await;

    world.stop().await;
    assert_eq!(world.processes(), Vec::<String>::new());
    let stopped = durable_local::status(&world.settings).await.unwrap();
    assert!(!stopped.running && stopped.endpoint.is_none());

    let back = world.running().await;
    assert_eq!(back.endpoint, aws.endpoint, "a port that was found is kept");
    assert_eq!(back.outputs().await, outputs);
    assert_eq!(back.receive(&outputs["DeadLetters"]).await, "kept");
    let durable = &outputs["Durable"];
    back.execution(durable, "waiting", ExecutionStatus::Running)
        .await;
    let answer = back.lambda.send_durable_execution_callback_success();
    let answer = answer.callback_id(callback).result(Blob::new(r#""yes""#));
    answer.send().await.unwrap();
    back.execution(durable, "waiting", ExecutionStatus::Succeeded)
        .await;
    assert_eq!(back.result(&arn).await["answer"], r#""yes""#);

    // The mapping polls again.
    back.send(&outputs["Queue"], r#"{"id": "later", "do": "nothing"}"#)
        .await;
    back.execution(durable, "later", ExecutionStatus::Succeeded)
        .await;
    world.stop().await;
}

#[tokio::test]
async fn a_new_port_takes_the_state_along() {
    let mut world = World::new();
    let aws = world.running().await;
    let outputs = aws.deploy().await;
    aws.send(&outputs["Failures"], "kept").await;
    world.stop().await;

    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    world.settings.port = free.local_addr().unwrap().port();
    drop(free);
    let moved = world.running().await;
    assert_ne!(moved.endpoint, aws.endpoint);
    let outputs = moved.outputs().await;
    assert!(
        outputs["Failures"].starts_with(&moved.endpoint),
        "{outputs:?}"
    );
    assert_eq!(moved.receive(&outputs["Failures"]).await, "kept");
    // The mapping finds its queue.
    moved.send(&outputs["Queue"], "no order").await;
    assert_eq!(moved.receive(&outputs["DeadLetters"]).await, "no order");
    world.stop().await;
}

#[tokio::test]
async fn a_killed_daemon_leaves_no_process_and_loses_nothing() {
    let world = World::new();
    let aws = world.running().await;
    let outputs = aws.deploy().await;
    aws.start_execution(&outputs["Live"], "done", r#"{"do": "nothing"}"#)
        .await;
    aws.execution(&outputs["Durable"], "done", ExecutionStatus::Succeeded)
        .await;
    assert!(world.processes().len() >= 2, "{:?}", world.processes());

    let before = durable_local::status(&world.settings).await.unwrap();
    kill(before.pid.unwrap());
    let back = world.running().await;
    let after = durable_local::status(&world.settings).await.unwrap();
    assert_ne!(after.pid, before.pid);
    let ministacks = world
        .processes()
        .into_iter()
        .filter(|line| line.contains("launcher"));
    assert_eq!(ministacks.count(), 1);
    assert!(
        !world
            .processes()
            .iter()
            .any(|line| line.contains("bootstrap"))
    );
    assert_eq!(back.outputs().await, outputs);
    back.execution(&outputs["Durable"], "done", ExecutionStatus::Succeeded)
        .await;
    world.stop().await;
}

#[tokio::test]
async fn ministack_comes_back_when_it_dies() {
    let world = World::new();
    let aws = world.running().await;
    for pid in world.ministacks() {
        kill(pid);
    }
    // The router holds requests back until MiniStack answers again.
    eventually("stacks", || async {
        aws.cloudformation.list_stacks().send().await.ok()
    })
    .await;
    world.stop().await;
}

#[tokio::test]
async fn a_fault_kills_the_function_between_two_steps() {
    let world = World::new();
    let aws = world.running().await;
    let outputs = aws.deploy().await;
    let fault = r#"{"execution_name": "cut", "after_step": "one"}"#;
    let address = aws.endpoint.strip_prefix("http://").unwrap();
    let answer = post(address, "/_local/faults", fault).await;
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");

    let arn = aws
        .start_execution(&outputs["Live"], "cut", r#"{"do": "steps"}"#)
        .await;
    aws.execution(&outputs["Durable"], "cut", ExecutionStatus::Succeeded)
        .await;
    let processes = aws.result(&arn).await;
    assert_ne!(processes[0], processes[1], "both steps ran in one process");
    world.stop().await;
}

#[tokio::test]
async fn an_environment_above_4_kb_is_refused() {
    let world = World::new();
    let aws = world.running().await;
    aws.deploy().await;
    // `{"NAME":"` and `"}` are eleven bytes.
    for (letters, end) in [
        (4086, StackStatus::RollbackComplete),
        (4085, StackStatus::CreateComplete),
    ] {
        let stack = format!("of-{letters}");
        assert_eq!(aws.create_function_with(&stack, letters).await, end);
    }
    world.stop().await;
}

#[tokio::test]
async fn large_objects_pass_through() {
    let world = World::new();
    let aws = world.running().await;
    aws.deploy().await;
    let large: Vec<u8> = (0..40_000_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    aws.put("large object", large.clone()).await;
    assert!(
        aws.get("large object").await == large,
        "the object came back changed"
    );
    world.stop().await;
}

#[tokio::test]
async fn two_starts_make_one_daemon() {
    let world = World::new();
    let (one, two) = tokio::join!(world.start(), world.start());
    assert_eq!(one.unwrap().pid, two.unwrap().pid);
    world.stop().await;
    assert!(!durable_local::stop(&world.settings).await.unwrap());
    durable_local::reset(&world.settings).await.unwrap();
    assert!(!world.settings.state_folder().exists());
}

#[tokio::test]
async fn a_taken_port_is_said_before_anything_runs() {
    let world = World::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut settings = world.settings.clone();
    settings.port = port;
    let nothing = std::path::Path::new("/nonexistent/program");
    let error = durable_local::start(&settings, nothing, &[], &|_| {})
        .await
        .unwrap_err();
    assert!(
        matches!(error, LocalError::PortTaken { port: named } if named == port),
        "{error:?}"
    );
    assert_says(&error.hint(), "local.port");

    let other = World::new();
    let status = other.start().await.unwrap();
    let endpoint = status.endpoint.unwrap();
    settings.port = endpoint.rsplit_once(':').unwrap().1.parse().unwrap();
    let error = durable_local::start(&settings, nothing, &[], &|_| {})
        .await
        .unwrap_err();
    assert!(
        matches!(&error, LocalError::PortOfOtherProject { state, .. } if *state == status.state)
    );
    other.stop().await;
}

#[tokio::test]
async fn a_failed_start_shows_the_log() {
    let world = World::new();
    // Installing is not what this test is about, so another start does it first.
    world.running().await;
    world.stop().await;
    let args = ["-c", "echo out of order >&2; exit 3"].map(Into::into);
    let shell = std::path::Path::new("/bin/sh");
    let error = durable_local::start(&world.settings, shell, &args, &|_| {})
        .await
        .unwrap_err();
    let LocalError::NotStarted { reason, log, .. } = &error else {
        unreachable!("{error:?}");
    };
    assert_eq!(log, &["out of order"]);
    assert_says(reason, "3");
    assert!(
        !durable_local::status(&world.settings)
            .await
            .unwrap()
            .running
    );
}
