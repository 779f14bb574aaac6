//! What was accepted is kept: over kills of every process, over damaged files, and on a full disk.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use aws_sdk_dynamodb::operation::transact_write_items::builders::TransactWriteItemsInputBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, Put,
    ScalarAttributeType, TransactWriteItem, Update,
};
use aws_sdk_lambda::types::ExecutionStatus;

use crate::world::{Aws, World, kill};

/// Sends messages until one is refused, and returns those that were accepted.
async fn send_until_refused(aws: &Aws, queue: &str, name: &str) -> Vec<String> {
    let mut accepted = Vec::new();
    for number in 0..1_000 {
        let body = format!("{name}-{number}");
        let send = aws.sqs.send_message().queue_url(queue).message_body(&body);
        let once = aws_sdk_sqs::config::retry::RetryConfig::disabled();
        let once = aws_sdk_sqs::config::Config::builder().retry_config(once);
        if send.customize().config_override(once).send().await.is_err() {
            break;
        }
        accepted.push(body);
    }
    accepted
}

/// Takes everything off a queue.
async fn drain(aws: &Aws, queue: &str) -> BTreeSet<String> {
    let mut bodies = BTreeSet::new();
    loop {
        let receive = aws.sqs.receive_message().queue_url(queue);
        let received = receive.max_number_of_messages(10).send().await.unwrap();
        let messages = received.messages.unwrap_or_default();
        if messages.is_empty() {
            return bodies;
        }
        for message in messages {
            let delete = aws.sqs.delete_message().queue_url(queue);
            let delete = delete.receipt_handle(message.receipt_handle.unwrap());
            delete.send().await.unwrap();
            assert!(bodies.insert(message.body.unwrap()), "a message came twice");
        }
    }
}

#[tokio::test]
async fn what_was_accepted_is_there_after_kills() {
    let world = World::new();
    let mut aws = world.running().await;
    let outputs = aws.deploy().await;
    let (intake, kept) = (&outputs["Queue"], &outputs["Failures"]);
    let mut accepted = BTreeSet::new();
    for (round, victims) in [(0, "ministack"), (1, "daemon"), (2, "both")] {
        // These have gone when the kill comes, and must not come back.
        aws.send(kept, "gone").await;
        assert!(drain(&aws, kept).await.contains("gone"), "round {round}");
        for number in 0..5 {
            let order = format!(r#"{{"id": "{round}-{number}", "do": "nothing"}}"#);
            aws.send(intake, &order).await;
        }
        let daemon = daemon(&world).await;
        let pids = match victims {
            "ministack" => world.ministacks(),
            "daemon" => vec![daemon],
            _ => [world.ministacks(), vec![daemon]].concat(),
        };
        let name = format!("kept-{round}");
        let (sent, ()) = tokio::join!(send_until_refused(&aws, kept, &name), async {
            // Somewhere between two messages.
            tokio::task::yield_now().await;
            tokio::task::spawn_blocking(move || pids.into_iter().for_each(kill))
                .await
                .unwrap();
        });
        accepted.extend(sent);
        aws = world.running().await;
        let missing: Vec<_> = {
            let there = drain(&aws, kept).await;
            accepted.difference(&there).cloned().collect()
        };
        assert_eq!(missing, Vec::<String>::new(), "after a kill of {victims}");
        accepted.clear();
        for number in 0..5 {
            let name = format!("{round}-{number}");
            aws.execution(&outputs["Durable"], &name, ExecutionStatus::Succeeded)
                .await;
        }
    }
    world.stop().await;
    assert_eq!(durable_local::losses(&world.settings), []);
}

#[tokio::test]
async fn what_was_written_to_tables_is_there_after_kills_and_written_once() {
    let world = World::new();
    let mut aws = world.running().await;
    create_table(&aws).await;
    let (mut expected, mut total) = (BTreeMap::new(), 0);
    for round in 0..3 {
        for number in 0..10 {
            let id = format!("{round}-{number}");
            put(&aws, &id, number).await;
            expected.insert(id, number);
        }
        let gone = format!("{round}-0");
        let delete = aws.dynamodb.delete_item().table_name(TABLE);
        delete.key("id", text(&gone)).send().await.unwrap();
        expected.remove(&gone);
        // Its answer may be lost, and then it is sent once more under the same token.
        let token = format!("token-{round}");
        let add = count_up(&token, round + 1);
        add.clone().send_with(&aws.dynamodb).await.unwrap();
        total += round + 1;
        expected.insert("total".to_owned(), total);
        expected.insert(token, 1);

        let pids = match round {
            0 => world.ministacks(),
            1 => vec![daemon(&world).await],
            _ => [world.ministacks(), vec![daemon(&world).await]].concat(),
        };
        pids.into_iter().for_each(kill);
        aws = world.running().await;
        assert_eq!(numbers(&aws).await, expected, "round {round}");
        add.send_with(&aws.dynamodb).await.unwrap();
        assert_eq!(numbers(&aws).await, expected, "round {round}, again");
    }
    world.stop().await;
}

const TABLE: &str = "numbers";

async fn create_table(aws: &Aws) {
    let attribute = AttributeDefinition::builder()
        .attribute_name("id")
        .attribute_type(ScalarAttributeType::S);
    let key = KeySchemaElement::builder()
        .attribute_name("id")
        .key_type(KeyType::Hash);
    let create = aws.dynamodb.create_table().table_name(TABLE);
    let create = create
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute.build().unwrap())
        .key_schema(key.build().unwrap());
    create.send().await.unwrap();
}

async fn put(aws: &Aws, id: &str, number: i32) {
    let put = aws.dynamodb.put_item().table_name(TABLE);
    let put = put.item("id", text(id)).item("number", value(number));
    put.send().await.unwrap();
}

/// Makes the transaction that adds to a total and writes down that it did.
fn count_up(token: &str, by: i32) -> TransactWriteItemsInputBuilder {
    let add = Update::builder()
        .table_name(TABLE)
        .key("id", text("total"))
        .update_expression("ADD #n :by")
        .expression_attribute_names("#n", "number")
        .expression_attribute_values(":by", value(by));
    let note = Put::builder()
        .table_name(TABLE)
        .item("id", text(token))
        .item("number", value(1))
        .condition_expression("attribute_not_exists(id)");
    let add = TransactWriteItem::builder().update(add.build().unwrap());
    let note = TransactWriteItem::builder().put(note.build().unwrap());
    TransactWriteItemsInputBuilder::default()
        .client_request_token(token)
        .transact_items(add.build())
        .transact_items(note.build())
}

async fn numbers(aws: &Aws) -> BTreeMap<String, i32> {
    let scan = aws.dynamodb.scan().table_name(TABLE).send().await.unwrap();
    let row = |item: &HashMap<String, AttributeValue>| {
        let number = item["number"].as_n().unwrap().parse().unwrap();
        (item["id"].as_s().unwrap().clone(), number)
    };
    scan.items().iter().map(row).collect()
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn value(number: i32) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

async fn daemon(world: &World) -> u32 {
    let status = durable_local::status(&world.settings).await.unwrap();
    status.pid.unwrap()
}

#[tokio::test]
async fn damage_is_set_aside_and_told_and_the_snapshot_before_takes_its_place() {
    let world = World::new();
    let aws = world.running().await;
    let outputs = aws.deploy().await;
    aws.send(&outputs["Failures"], "kept").await;
    world.stop().await;

    let snapshots = snapshots(&world);
    assert_eq!(snapshots.len(), 2, "{snapshots:?}");
    cut(&snapshots[1].join("sqs.json"));
    cut(&snapshots[1].join("iam.json"));
    cut(&snapshots[0].join("iam.json"));
    let back = world.running().await;
    assert_eq!(back.receive(&outputs["Failures"]).await, "kept");
    assert_eq!(back.outputs().await, outputs);
    let losses = durable_local::losses(&world.settings);
    let texts: Vec<&str> = losses.iter().map(|loss| loss.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "iam: lost, for iam.json is not what was written",
            "the queues with their messages: put together from the snapshot before and the \
             journals; one made since then is missing",
        ]
    );
    let aside = std::fs::read_dir(&losses[0].evidence).unwrap().count();
    assert_eq!(aside, 4, "three files and the list of what they cost");
    world.stop().await;

    // The same is not found again.
    let list = losses[0].evidence.join("losses.jsonl");
    let told = std::fs::read_to_string(&list).unwrap();
    world.running().await;
    assert_eq!(std::fs::read_to_string(&list).unwrap(), told);
    world.stop().await;
}

// The limit of another process can be changed on Linux alone.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn nothing_is_accepted_that_cannot_be_kept() {
    let world = World::new();
    let aws = world.running().await;
    let outputs = aws.deploy().await;
    let [pid] = world.ministacks()[..] else {
        unreachable!("one MiniStack runs");
    };
    let full = |limit: &str| {
        let limit = format!("--fsize={limit}");
        let limited = std::process::Command::new("prlimit")
            .args(["--pid", &pid.to_string(), &limit])
            .status();
        assert!(limited.unwrap().success());
    };
    // What is longer than the journal is already does not fit any more.
    let journal = journals(&world).pop().unwrap();
    full(&format!(
        "{}:unlimited",
        journal.metadata().unwrap().len() + 2_000
    ));
    let sent = send_until_refused(&aws, &outputs["Failures"], "kept").await;
    assert!((1..20).contains(&sent.len()), "{sent:?}");
    let refused = aws.sqs.send_message().queue_url(&outputs["Failures"]);
    let refused = refused.message_body("refused").send().await.unwrap_err();
    let error = format!("{refused:?}");
    assert!(error.contains("cannot keep this"), "{error}");
    full("unlimited:unlimited");
    aws.send(&outputs["Failures"], "after").await;

    kill(pid);
    let there = drain(&aws, &outputs["Failures"]).await;
    let expected: BTreeSet<String> = sent.into_iter().chain(["after".to_owned()]).collect();
    assert_eq!(there, expected);
    world.stop().await;
}

/// Returns the snapshots, the oldest first.
fn snapshots(world: &World) -> Vec<PathBuf> {
    numbered(world, "snapshot-")
}

#[cfg(target_os = "linux")]
fn journals(world: &World) -> Vec<PathBuf> {
    numbered(world, "journal-")
}

fn numbered(world: &World, prefix: &str) -> Vec<PathBuf> {
    let folder = world.settings.state_folder().join("ministack");
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| {
            let path = entry.unwrap().path();
            let number = path.file_name()?.to_str()?.strip_prefix(prefix)?;
            Some((number.parse().ok()?, path.clone()))
        })
        .collect();
    found.sort();
    found.into_iter().map(|(_, path)| path).collect()
}

fn cut(file: &Path) {
    let bytes = std::fs::read(file).unwrap();
    std::fs::write(file, &bytes[..bytes.len() / 2]).unwrap();
}
