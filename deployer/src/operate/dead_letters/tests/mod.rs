//! Work on queues that do not always do what they are asked to.

mod fake;

use durable_history::Timestamp;
use fake::{DEAD, Fake, INTAKE, queue};
use serde_json::{Value, json};

use super::put_back::put_back;
use super::{DeadQueue, Reason, Selection, Work, Worked, discard, export, look, redrive, survey};
use crate::aws::{Clients, Limiter};
use crate::error::Kind;
use crate::event::Stop;

const NOW: Timestamp = Timestamp::from_millis(1_000_000);

fn work<'a>(
    clients: &'a Clients,
    queue: &'a DeadQueue,
    selection: &'a Selection,
    (rate, stop): &'a (Limiter, Stop),
) -> Work<'a> {
    Work {
        clients,
        stage: "dev",
        queue,
        selection,
        rate,
        stop,
    }
}

async fn redriven(fake: &Fake, selection: &Selection) -> Worked {
    let (clients, queue) = (fake.clients().await, queue());
    let pace = (Limiter::unlimited(), Stop::default());
    let work = work(&clients, &queue, selection, &pace);
    redrive(work, NOW, None, &|_| ()).await
}

fn refused(code: &str) -> Value {
    json!({ "__type": code, "message": "no" })
}

fn failed_entry(index: usize, at_fault: bool) -> Value {
    let entry = json!({ "Id": format!("m{index}"), "Code": "Busy", "SenderFault": at_fault });
    json!({ "Successful": [], "Failed": [entry] })
}

#[tokio::test]
async fn messages_go_back_with_all_that_they_have() {
    let fake = Fake::default();
    let binary = json!({ "blob": { "DataType": "Binary", "BinaryValue": "AAEC" } });
    fake.put("a", "{\"id\":1}", binary.clone());
    let worked = redriven(&fake, &Selection::default()).await;
    assert!(worked.error.is_none(), "{worked:?}");
    assert_eq!((worked.done, fake.messages(DEAD).len()), (1, 0));
    let sent = fake.messages(INTAKE);
    assert_eq!(sent[0].body, "{\"id\":1}");
    assert_eq!(sent[0].attributes["blob"], binary["blob"]);
    let origin = &sent[0].attributes["deployer-redriven-from"];
    assert_eq!(origin["StringValue"], "a");
}

#[tokio::test]
async fn what_the_service_refuses_for_a_while_is_tried_again_and_what_it_never_takes_stays() {
    let fake = Fake::default();
    fake.put("a", "{}", json!({}));
    fake.refuse(
        "SendMessageBatch",
        &[Some(failed_entry(0, false)), Some(failed_entry(0, false))],
    );
    let worked = redriven(&fake, &Selection::default()).await;
    assert_eq!((worked.done, worked.failed.len()), (1, 0));
    assert_eq!(fake.calls("SendMessageBatch"), 3);

    fake.put("b", "{}", json!({}));
    fake.refuse("SendMessageBatch", &[Some(failed_entry(0, true))]);
    let worked = redriven(&fake, &Selection::default()).await;
    assert_eq!((worked.done, worked.failed.len()), (0, 1));
    assert_eq!(worked.failed[0].0, "b");
    assert_eq!(fake.in_sight(DEAD), ["b"]);
}

#[tokio::test]
async fn credentials_that_expire_lose_nothing_and_the_next_run_goes_on() {
    let fake = Fake::default();
    let ids: Vec<String> = (0..25).map(|n| format!("m-{n:02}")).collect();
    for id in &ids {
        fake.put(id, &format!("{{\"id\":\"{id}\"}}"), json!({}));
    }
    fake.refuse("SendMessageBatch", &[None, Some(refused("ExpiredToken"))]);
    let worked = redriven(&fake, &Selection::default()).await;
    assert_eq!(worked.error.unwrap().kind(), Kind::Permission);
    let left = fake.in_sight(DEAD);
    assert_eq!(left.len() + worked.done, 25, "the others are in sight");
    assert!(!left.is_empty());
    let worked = redriven(&fake, &Selection::default()).await;
    assert_eq!(worked.done, left.len());
    assert_eq!(fake.messages(INTAKE).len(), 25);
}

#[tokio::test]
async fn a_queue_that_is_gone_is_told_as_that() {
    let fake = Fake::default();
    fake.refuse(
        "ReceiveMessage",
        &vec![Some(refused("com.amazonaws.sqs#QueueDoesNotExist")); 8],
    );
    let error = redriven(&fake, &Selection::default()).await.error.unwrap();
    assert_eq!(error.kind(), Kind::WrongState);
    assert!(error.to_string().contains("not there any more"), "{error}");
}

fn copy_of(origin: &str, at: i64) -> Value {
    let text = |text: String| json!({ "DataType": "String", "StringValue": text });
    json!({
        "deployer-redriven-from": text(origin.to_owned()),
        "deployer-redriven-at": text(at.to_string()),
    })
}

#[tokio::test]
async fn copies_that_a_killed_run_left_are_one_message() {
    let fake = Fake::default();
    fake.put("a", "no json", json!({}));
    fake.put("b", "no json", copy_of("a", 5));
    fake.put("c", "no json", copy_of("a", 6));
    fake.put("d", "no json", json!({}));
    let clients = fake.clients().await;
    let seen = look(&clients, "dev", &queue(), &Stop::default())
        .await
        .unwrap();
    assert_eq!((seen.looked_at, seen.copies), (4, 2));
    assert_eq!(seen.reasons[&Reason::Unreadable], 2);
    let worked = redriven(&fake, &Selection::default()).await;
    assert_eq!((worked.done, worked.copies), (2, 2), "{worked:?}");
    assert_eq!(fake.messages(DEAD), []);
    assert_eq!(fake.messages(INTAKE).len(), 2);
}

#[tokio::test]
async fn a_copy_that_somebody_else_put_back_later_is_not_deleted() {
    let fake = Fake::default();
    fake.put("a", "no json", json!({}));
    fake.put("b", "no json", copy_of("a", NOW.millis() + 1));
    let worked = redriven(&fake, &Selection::default()).await;
    assert_eq!((worked.done, worked.copies, worked.dead_again), (1, 0, 1));
    assert_eq!(fake.in_sight(DEAD), ["b"]);
}

#[tokio::test]
async fn what_is_given_up_again_at_once_is_put_back_once() {
    let fake = Fake::default();
    for n in 0..15 {
        fake.put(&format!("m-{n}"), &format!("no json {n}"), json!({}));
    }
    let (clients, queue) = (fake.clients().await, queue());
    let (selection, pace) = (
        Selection::default(),
        (Limiter::unlimited(), Stop::default()),
    );
    let work = work(&clients, &queue, &selection, &pace);
    // Straight back into the queue that they come from.
    let worked = put_back(work, DEAD, NOW, None, &|_| ()).await;
    assert!(worked.error.is_none(), "{worked:?}");
    assert_eq!(worked.done, 15);
    assert_eq!(fake.in_sight(DEAD).len(), 15);
}

#[tokio::test]
async fn large_messages_go_in_requests_that_the_service_takes() {
    let fake = Fake::default();
    for id in ["a", "b", "c"] {
        fake.put(
            id,
            &format!("{{\"id\":\"{}\"}}", "x".repeat(400_000)),
            json!({}),
        );
    }
    let worked = redriven(&fake, &Selection::default()).await;
    assert_eq!((worked.done, fake.calls("SendMessageBatch")), (3, 2));
}

#[tokio::test]
async fn a_limit_and_a_reason_narrow_and_the_others_come_back_into_sight() {
    let fake = Fake::default();
    for n in 0..6 {
        fake.put(&format!("bad-{n}"), "no json", json!({}));
        fake.put(&format!("good-{n}"), &format!("{{\"id\":{n}}}"), json!({}));
    }
    let selection = Selection {
        reasons: vec![Reason::GaveUp],
        limit: Some(4),
        ..Selection::default()
    };
    let worked = redriven(&fake, &selection).await;
    assert_eq!((worked.done, fake.messages(INTAKE).len()), (4, 4));
    assert_eq!(fake.in_sight(DEAD).len(), 8);

    let (clients, queue) = (fake.clients().await, queue());
    let pace = (Limiter::unlimited(), Stop::default());
    let unreadable = Selection {
        reasons: vec![Reason::Unreadable],
        ..Selection::default()
    };
    let mut exported = Vec::new();
    export(
        &clients,
        "dev",
        &queue,
        &unreadable,
        &pace.1,
        |letter, verdict| {
            assert_eq!(verdict.reason, Reason::Unreadable);
            exported.push(letter.id.clone());
            Ok(())
        },
    )
    .await
    .unwrap();
    assert_eq!((exported.len(), fake.in_sight(DEAD).len()), (6, 8));
    let worked = discard(work(&clients, &queue, &unreadable, &pace), &|_| ()).await;
    assert_eq!(worked.done, 6);
    let left = fake.in_sight(DEAD);
    assert!(left.len() == 2 && left.iter().all(|id| id.starts_with("good")));
}

#[tokio::test]
async fn a_stop_that_is_wished_leaves_all_in_sight() {
    let fake = Fake::default();
    fake.put("a", "{}", json!({}));
    let (clients, queue) = (fake.clients().await, queue());
    let (selection, pace) = (
        Selection::default(),
        (Limiter::per_second(1), Stop::default()),
    );
    pace.0.turn().await;
    pace.1.request();
    let worked = redrive(
        work(&clients, &queue, &selection, &pace),
        NOW,
        None,
        &|_| (),
    )
    .await;
    assert_eq!(
        (worked.done, fake.in_sight(DEAD)),
        (0, vec!["a".to_owned()])
    );
    let surveyed = survey(&clients, "dev", &[], &selection, &pace.1)
        .await
        .unwrap();
    assert!(surveyed.0.is_empty());
}
