//! Every end that a record can come to.

use std::time::Duration;

use idempotency::Status;
use messages::Envelope;
use messages::dead_letter::REASON;
use serde_json::json;

use crate::bench::{DEADLINE, Fault, Hidden, NONE, NOW, batch, bench, bench_with, failed};

const GOOD: &str = r#"{ "transaction_id": "1", "amount": 5 }"#;
const REORDERED: &str = r#"{"amount":5,"transaction_id":"1"}"#;
const TAMPERED: &str = r#"{"transaction_id":"1","amount":6}"#;

fn letter(kind: &str, body: &str) -> (String, String) {
    (kind.to_owned(), body.to_owned())
}

#[tokio::test]
async fn a_message_starts_one_execution_with_its_body_as_it_came() {
    let bench = bench();
    assert_eq!(bench.handle(&[GOOD]).await, NONE);
    assert_eq!(bench.calls(), [("dev-tx-1".to_owned(), GOOD.to_owned())]);
    let record = bench.record("dev-tx-1").unwrap();
    assert_eq!(record.status, Status::Completed);
    assert_eq!(record.data.as_deref(), Some("arn:dev-tx-1"));
    assert_eq!(record.in_progress_expiration, Some(DEADLINE));
}

#[tokio::test]
async fn duplicates_in_one_batch_and_in_later_ones_end_well_without_a_start() {
    let bench = bench();
    assert_eq!(
        bench.handle(&[GOOD, GOOD, REORDERED, GOOD, GOOD]).await,
        NONE
    );
    assert_eq!(bench.handle(&[REORDERED]).await, NONE);
    assert_eq!(bench.calls().len(), 1);
}

#[tokio::test]
async fn duplicates_in_batches_at_the_same_time_start_one_execution() {
    let bench = bench();
    let (left, right) = futures::join!(bench.handle(&[GOOD]), bench.handle(&[GOOD]));
    assert_eq!(bench.calls().len(), 1);
    assert_eq!(
        [left, right].concat(),
        [0],
        "one of them waits for the other"
    );
    assert!(bench.delay(0) >= Duration::from_secs(2));
    assert_eq!(bench.handle(&[GOOD]).await, NONE);
    assert_eq!(bench.calls().len(), 1);
}

#[tokio::test]
async fn another_payload_for_the_same_id_is_refused_at_once() {
    let bench = bench();
    assert_eq!(bench.handle(&[GOOD, TAMPERED, GOOD]).await, NONE);
    assert_eq!(bench.letters(), [letter("name-taken", TAMPERED)]);
    assert_eq!(bench.calls().len(), 1);
}

#[tokio::test]
async fn an_integer_and_a_string_id_never_collapse_into_one_execution() {
    let bench = bench();
    let body = r#"{"transaction_id":1,"amount":5}"#;
    assert_eq!(bench.handle(&[GOOD, body]).await, NONE);
    assert_eq!(bench.letters(), [letter("name-taken", body)]);
    assert_eq!(bench.calls().len(), 1);
}

#[tokio::test]
async fn a_name_that_the_service_knows_with_another_payload_is_refused_and_released() {
    let bench = bench();
    bench
        .service
        .executions
        .lock()
        .unwrap()
        .insert("dev-tx-1".to_owned(), TAMPERED.to_owned());
    assert_eq!(bench.handle(&[GOOD]).await, NONE);
    assert_eq!(bench.letters(), [letter("name-taken", GOOD)]);
    assert_eq!(bench.record("dev-tx-1"), None);
}

#[tokio::test]
async fn a_failed_start_releases_the_record_and_is_retried_later() {
    let bench = bench();
    bench.break_start("dev-tx-1", Fault::Throttled);
    assert_eq!(bench.handle(&[GOOD]).await, [0]);
    assert!((2..=4).contains(&bench.delay(0).as_secs()));
    assert_eq!(bench.record("dev-tx-1"), None);
    bench.service.broken.lock().unwrap().clear();
    assert_eq!(bench.handle(&[GOOD]).await, NONE);
    assert_eq!(bench.record("dev-tx-1").unwrap().status, Status::Completed);
}

#[tokio::test]
async fn a_batch_of_ten_mixed_records_fails_only_the_bad_ones() {
    let bench = bench();
    bench.break_start("dev-tx-slow", Fault::Throttled);
    bench.break_start("dev-tx-big", Fault::TooLarge);
    bench.break_start("dev-tx-no-arn", Fault::WithoutArn);
    let long = format!(r#"{{"transaction_id":"{}"}}"#, "x".repeat(58));
    let bodies = [
        GOOD,
        "no json",
        r#"{"amount":5}"#,
        r#"{"transaction_id":"a b"}"#,
        &long,
        r#"{"transaction_id":"2","amount":1,"amount":2}"#,
        r#"{"transaction_id":"slow"}"#,
        r#"{"transaction_id":"big"}"#,
        r#"{"transaction_id":"3","amount":7}"#,
        r#"{"transaction_id":"no-arn"}"#,
    ];
    assert_eq!(bench.handle(&bodies).await, [6]);
    assert_eq!(
        bench.letters(),
        [
            letter("no-name", bodies[2]),
            letter("no-name", bodies[3]),
            letter("no-name", &long),
            letter("too-large", bodies[7]),
            letter("unreadable", bodies[1]),
            letter("unreadable", bodies[5]),
        ]
    );
    assert!(!bench.delay(6).is_zero());
    let completed = |id: &str| bench.record(id).unwrap().status == Status::Completed;
    assert!(completed("dev-tx-1") && completed("dev-tx-3") && completed("dev-tx-no-arn"));
    assert_eq!(bench.record("dev-tx-2"), None);
    assert_eq!(
        bench.handle(&[bodies[9]]).await,
        NONE,
        "accepted without an ARN is accepted"
    );
}

#[tokio::test]
async fn the_size_of_a_body_is_limited_to_the_byte() {
    let bench = bench();
    let body = |bytes: usize| {
        let frame = r#"{"transaction_id":"1","x":""}"#.len();
        format!(
            r#"{{"transaction_id":"1","x":"{}"}}"#,
            "y".repeat(bytes - frame)
        )
    };
    assert_eq!(bench.handle(&[&body(1024 * 1024 + 1)]).await, NONE);
    assert_eq!(bench.letters.kept.lock().unwrap().len(), 1);
    assert!(bench.calls().is_empty());
    assert_eq!(bench.handle(&[&body(1024 * 1024)]).await, NONE);
}

#[tokio::test]
async fn nothing_is_begun_when_the_time_is_nearly_over() {
    let bench = bench();
    assert_eq!(
        bench.handle_until(&[GOOD, "no json"], NOW + 2_000).await,
        [0],
        "there is time left to give a message up"
    );
    assert_eq!(bench.letters(), [letter("unreadable", "no json")]);
    assert!(bench.calls().is_empty());
    assert!(!bench.delay(0).is_zero());
    assert_eq!(bench.record("dev-tx-1"), None);
    assert_eq!(bench.handle_until(&[GOOD], NOW - 1).await, [0]);
}

#[tokio::test]
async fn a_start_without_an_answer_fails_alone_and_frees_itself() {
    let bench = bench();
    bench.break_start("dev-tx-1", Fault::Hanging);
    let other = r#"{"transaction_id":"2"}"#;
    let deadline = NOW + 2_100;
    assert_eq!(bench.handle_until(&[GOOD, other], deadline).await, [0]);
    assert_eq!(bench.record("dev-tx-1").unwrap().status, Status::InProgress);
    bench.service.broken.lock().unwrap().clear();
    assert_eq!(bench.handle(&[GOOD]).await, [0], "still in progress");
    bench.clock.advance(Duration::from_millis(2_101));
    assert_eq!(bench.handle(&[GOOD]).await, NONE);
}

#[tokio::test]
async fn a_queue_that_refuses_to_hide_a_message_changes_nothing_else() {
    let bench = bench_with(Hidden {
        broken: true,
        ..Hidden::default()
    });
    bench.break_start("dev-tx-1", Fault::Throttled);
    assert_eq!(
        bench.handle(&[GOOD, r#"{"transaction_id":"2"}"#]).await,
        [0]
    );
    assert_eq!(bench.calls().len(), 2);
}

#[tokio::test]
async fn a_message_that_cannot_be_moved_stays_in_its_queue_and_comes_back_at_once() {
    for fault in [Fault::Throttled, Fault::Hanging] {
        let bench = bench();
        *bench.letters.fault.lock().unwrap() = Some(fault);
        let deadline = NOW + 1_100;
        assert_eq!(bench.handle_until(&["no json"], deadline).await, [0]);
        assert_eq!(bench.delay(0), Duration::ZERO);
        *bench.letters.fault.lock().unwrap() = None;
        assert_eq!(bench.handle(&["no json"]).await, NONE);
        assert_eq!(bench.letters(), [letter("unreadable", "no json")]);
    }
}

#[tokio::test]
async fn an_empty_batch_has_no_failures() {
    let response = bench().intermediary.handle(batch(&[]), DEADLINE).await;
    let json = serde_json::to_value(&response).unwrap();
    assert_eq!(json, json!({"batchItemFailures": []}));
}

#[tokio::test]
async fn too_much_to_do_never_gives_a_message_up() {
    let delivered = |count: u32, sent: i64| {
        let mut batch = batch(&[GOOD]);
        batch.records[0].attributes.approximate_receive_count = count.to_string();
        batch.records[0].attributes.sent_timestamp = sent.to_string();
        batch
    };
    let day = 24 * 60 * 60 * 1_000;
    for (fault, count, sent, postponed) in [
        (Fault::Throttled, 3, NOW, false),
        (Fault::Throttled, 4, NOW, true),
        (Fault::Throttled, 5, NOW, true),
        (Fault::Throttled, 5, NOW - day, false),
        (Fault::Unavailable, 5, NOW, false),
    ] {
        let bench = bench();
        bench.break_start("dev-tx-1", fault);
        let batch = delivered(count, sent);
        let response = bench.intermediary.handle(batch, DEADLINE).await;
        let handled = failed(&response).is_empty();
        assert_eq!(handled, postponed, "{count}");
        assert_eq!(
            bench.again.kept.lock().unwrap().len(),
            usize::from(postponed)
        );
        assert!(bench.letters().is_empty());
    }
}

#[tokio::test]
async fn what_is_around_a_message_is_taken_off_before_it_is_named_and_started() {
    let inside = r#"{ "transaction_id": "7" }"#;
    let mut bench = bench();
    bench.intermediary.envelope = Envelope::Sns;
    let around = Envelope::Sns.wrap(inside);
    assert_eq!(bench.handle(&[&around, inside]).await, NONE);
    assert_eq!(bench.calls(), [("dev-tx-7".to_owned(), inside.to_owned())]);
    let given_up = [letter("unreadable", inside)];
    assert_eq!(bench.letters(), given_up, "as it came");
}

#[tokio::test]
async fn a_message_that_looks_like_an_envelope_says_so_where_none_is_expected() {
    let bench = bench();
    let around = Envelope::EventBridge.wrap(r#"{"transaction_id":"7"}"#);
    assert_eq!(bench.handle(&[&around]).await, NONE);
    let kept = bench.letters.kept.lock().unwrap();
    let reason = kept[0].attributes[REASON].string_value.as_deref();
    let words =
        "it looks like an event of Amazon EventBridge, which `intake.envelope: eventbridge` opens";
    assert!(reason.unwrap().contains(words), "{reason:?}");
}
