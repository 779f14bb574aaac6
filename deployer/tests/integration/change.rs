//! The commands that change executions, on the local target with the repository's own workflows.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::stage::{Stage, eventually};

/// How many executions wait at the same time.
const WAITING: usize = 200;
const APPROVED: &str = r#"{"decision":"approved"}"#;

#[test]
fn what_waits_is_answered_stopped_and_run_again_and_nothing_is_charged_twice() {
    let stage = Stage::up();
    each_of_many_is_answered_by_its_name(&stage);
    what_cannot_be_answered_is_told(&stage);
    those_that_match_are_stopped_with_consent(&stage);
    a_rerun_of_a_decided_transaction_charges_nothing(&stage);
    a_rerun_of_an_order_charges_nothing_twice(&stage);
    a_failure_whose_input_lambda_kept_is_told_once(&stage);
    what_is_throttled_is_never_given_up(&stage);
}

fn transaction(id: &str, score: u8) -> String {
    json!({
        "transaction_id": id, "amount": 650_000, "currency": "USD",
        "location": "Paris", "vendor": "shop", "score": score,
    })
    .to_string()
}

fn each_of_many_is_answered_by_its_name(stage: &Stage) {
    let ids: Vec<String> = (0..WAITING)
        .map(|number| format!("many-{number}"))
        .collect();
    let messages: Vec<String> = ids.iter().map(|id| transaction(id, 3)).collect();
    stage.send("fraud-detection", &messages);
    let list = [
        "callbacks",
        "list",
        "--waiting-for",
        "ask-sms",
        "--format",
        "json",
    ];
    let open = eventually("all wait", || {
        let open = stage.lines(&list);
        (open.len() == WAITING).then_some(open)
    });
    let names: BTreeSet<&str> = open
        .iter()
        .map(|callback| callback["execution"].as_str().unwrap())
        .collect();
    assert_eq!(names.len(), WAITING);
    assert!(
        open.iter()
            .all(|callback| callback["operation"] == "ask-sms")
    );
    let names: Vec<&str> = names.into_iter().collect();
    std::thread::scope(|scope| {
        for names in names.chunks(WAITING / 4) {
            scope.spawn(move || {
                for name in names {
                    let answer = [
                        "callbacks",
                        "succeed",
                        name,
                        "ask-sms",
                        "--result",
                        APPROVED,
                    ];
                    let (code, said) = stage.run(&answer);
                    assert_eq!(code, 0, "{said}");
                }
            });
        }
    });
    eventually("all have ended", || {
        stage.lines(&list).is_empty().then_some(())
    });
    for id in &ids {
        let item = stage.item("TransactionsTable", "transaction_id", id);
        assert_eq!(item["status"], "authorized", "{item}");
        assert_eq!(charges(&item), 1, "{item}");
        assert_eq!(item["charge_attempts"], 1, "{item}");
    }
}

fn charges(item: &Value) -> usize {
    item["charges"].as_object().map_or(0, serde_json::Map::len)
}

fn what_cannot_be_answered_is_told(stage: &Stage) {
    let succeed = |name: &str, more: &[&str]| {
        let arguments = [&["callbacks", "succeed", name], more].concat();
        stage.run(&arguments)
    };
    let (code, said) = succeed("dev-tx-many-0", &["ask-sms", "--result", APPROVED]);
    assert_eq!(code, 4, "{said}");
    assert!(
        said.contains("`ask-sms` of `dev-tx-many-0` was answered at"),
        "{said}"
    );
    stage.send("fraud-detection", &[transaction("two", 3)]);
    stage.wait_for_callbacks("dev-tx-two", 2);
    let (code, said) = succeed("dev-tx-two", &["verification", "--result", APPROVED]);
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("verification > email > ask-email"), "{said}");
    let (code, said) = succeed("dev-tx-two", &["ask-sms", "--result", "{"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("line 1 column 1"), "{said}");
    let fail = [
        "callbacks",
        "fail",
        "dev-tx-two",
        "sms",
        "--error-type",
        "Gone",
        "--message",
        "no",
    ];
    let (code, said) = stage.run(&fail);
    assert_eq!(code, 0, "{said}");
    // One is left, so it needs no name.
    let (code, said) = succeed("dev-tx-two", &["--result", APPROVED]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("ask-email of dev-tx-two"), "{said}");
}

fn those_that_match_are_stopped_with_consent(stage: &Stage) {
    let messages = (0..5).map(|number| transaction(&format!("stop-{number}"), 3));
    stage.send("fraud-detection", &messages.collect::<Vec<_>>());
    for number in 0..5 {
        stage.wait_for_callbacks(&format!("dev-tx-stop-{number}"), 2);
    }
    let stop = |more: &[&str]| {
        let filter = [
            "executions",
            "stop",
            "--name",
            "dev-tx-stop-",
            "--waiting-for",
            "ask-sms",
        ];
        stage.run(&[&filter[..], more].concat())
    };
    let (code, said) = stage.run(&["executions", "stop"]);
    assert_eq!(code, 2, "{said}");
    let (code, said) = stop(&["--dry-run"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("Would stop 5 executions"), "{said}");
    let (code, said) = stop(&[]);
    assert_eq!(code, 3, "{said}");
    assert!(
        said.contains("fraud-detection: 5 executions to stop"),
        "{said}"
    );
    let (code, said) = stop(&["--yes", "--reason", "the shop is closed"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("5 executions stopped"), "{said}");
    let stopped = stage.execution("fraud-detection", "dev-tx-stop-4");
    assert_eq!(stopped.status, "STOPPED");
    assert_eq!(stopped.error_message.as_deref(), Some("the shop is closed"));
    let (code, said) = stop(&["--yes"]);
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("there is no execution to stop"), "{said}");
}

fn a_rerun_of_a_decided_transaction_charges_nothing(stage: &Stage) {
    let before = stage.item("TransactionsTable", "transaction_id", "many-0");
    let (code, said) = stage.run(&["executions", "rerun", "dev-tx-many-0"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("Started dev-tx-many-0-r2"), "{said}");
    let rerun = stage.ended("fraud-detection", "dev-tx-many-0-r2");
    assert_eq!(rerun.status, "FAILED", "it is decided already");
    let after = stage.item("TransactionsTable", "transaction_id", "many-0");
    assert_eq!(after, before);
    let record = stage.item("fraud-detection-IdempotencyTable", "id", "dev-tx-many-0-r2");
    assert_eq!(record["status"], "COMPLETED", "{record}");
    assert_eq!(record["data"], rerun.arn, "{record}");
    let rerun_of = record["rerun_of"].as_str().unwrap();
    assert!(rerun_of.contains("/dev-tx-many-0/"), "{record}");
    let (code, said) = stage.run(&["executions", "rerun", "dev-tx-many-0"]);
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("`dev-tx-many-0-r2` is FAILED"), "{said}");

    let low = transaction("low", 1);
    let (code, said) = stage.run(&["executions", "start", "fraud-detection", &low, "--wait"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("dev-tx-low SUCCEEDED"), "{said}");
    assert!(!said.contains("is there already"), "{said}");
    let (code, said) = stage.run(&["executions", "start", "fraud-detection", &low, "--wait"]);
    assert_eq!(code, 0, "{said}");
    let warning = "dev-tx-low is there already, SUCCEEDED";
    assert!(said.contains(warning), "{said}");
    let other = low.replace("650000", "10");
    let rerun = ["executions", "rerun", "dev-tx-low", "--input", &other];
    let (code, said) = stage.run(&rerun);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("$.amount: 650000 -> 10"), "{said}");
    let (code, said) = stage.run(&["executions", "rerun", "dev-tx-low"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(
        stage.ended("fraud-detection", "dev-tx-low-r2").status,
        "SUCCEEDED"
    );
    let item = stage.item("TransactionsTable", "transaction_id", "low");
    assert_eq!(
        (charges(&item), &item["charge_attempts"]),
        (1, &json!(2)),
        "{item}"
    );
}

fn a_rerun_of_an_order_charges_nothing_twice(stage: &Stage) {
    let product =
        json!({"product_id": "widget", "price": 999, "currency": "USD", "stock_level": 10});
    stage.put("CatalogTable", &product);
    let order = |id: &str| {
        json!({
            "order_id": id, "customer_id": "c-1", "payment_method": "card",
            "items": [{"product_id": "widget", "quantity": 2}],
        })
    };
    let start = |order: &Value| {
        let message = order.to_string();
        stage.run(&[
            "executions",
            "start",
            "order-processing",
            &message,
            "--wait",
        ])
    };
    let (code, said) = start(&order("1001"));
    assert_eq!(code, 0, "{said}");
    let mut bad = order("1002");
    bad["items"] = json!("none");
    let (code, said) = start(&bad);
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("FAILED: InvalidOrder"), "{said}");
    let failed = stage.rerun_of("order-processing", &bad);
    assert_eq!(failed.status, "FAILED");
    assert_eq!(stage.item("OrdersTable", "order_id", "1002"), Value::Null);

    // As an execution leaves it that was stopped before its last step.
    stage.set(
        "OrdersTable",
        ("order_id", "1001"),
        ("status", "processing"),
    );
    let rerun = stage.rerun_of("order-processing", &order("1001"));
    assert_eq!(rerun.status, "SUCCEEDED", "{:?}", rerun.error_message);
    let item = stage.item("OrdersTable", "order_id", "1001");
    assert_eq!(item["status"], "completed", "{item}");
    assert_eq!(
        (&item["charged_amount"], &item["shipments"]),
        (&json!(1998), &json!(1))
    );
    assert!(
        item["execution"].as_str().unwrap().contains("-r2/"),
        "{item}"
    );
    let widget = stage.item("CatalogTable", "product_id", "widget");
    assert_eq!(widget["stock_level"], 8, "taken once");
}

fn a_failure_whose_input_lambda_kept_is_told_once(stage: &Stage) {
    let list = [
        "dlq",
        "list",
        "--workflow",
        "order-processing",
        "--format",
        "json",
    ];
    let failures = || {
        let queues = stage.lines(&list).remove(0);
        let queues = queues["queues"].as_array().unwrap().clone();
        let failed = queues.into_iter().find(|queue| queue["queue"] == "failed");
        let failed = failed.unwrap();
        (
            failed["reasons"].clone(),
            failed["further_copies"].as_u64().unwrap(),
        )
    };
    let told = eventually("the failures of order 1002 are told", || {
        let (reasons, copies) = failures();
        (reasons["failed"] == 2).then_some((reasons, copies))
    });
    let message = json!({"order_id": "1002", "customer_id": "c-1"}).to_string();
    stage.keep_input("order-processing", &message);
    let (reasons, copies) = failures();
    assert_eq!(reasons, told.0);
    assert_eq!(copies, told.1 + 1);

    let (code, said) = stage.run(&[
        "dlq",
        "redrive",
        "--queue",
        "failed",
        "--workflow",
        "order-processing",
        "--all",
        "--yes",
    ]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("dev-order-1002-r2"), "{said}");
    let first = |execution: &str| execution == "dev-order-1002";
    let peek = [
        "dlq",
        "peek",
        "--workflow",
        "order-processing",
        "--format",
        "json",
    ];
    let left = stage.lines(&peek).remove(0);
    let left = left["messages"].as_array().unwrap().clone();
    let left = left
        .iter()
        .filter_map(|message| message["execution"].as_str());
    assert_eq!(left.filter(|name| first(name)).count(), 0);
}

/// Many times more than an account starts in the time that a message has for its deliveries.
fn what_is_throttled_is_never_given_up(stage: &Stage) {
    const MESSAGES: usize = 120;
    stage.limit_starts(Some(4));
    let messages: Vec<String> = (0..MESSAGES)
        .map(|number| transaction(&format!("slow-{number}"), 1))
        .collect();
    stage.send("fraud-detection", &messages);
    let dead = [
        "dlq",
        "list",
        "--workflow",
        "fraud-detection",
        "--queue",
        "intake",
        "--format",
        "json",
    ];
    let list = [
        "executions",
        "list",
        "--name",
        "dev-tx-slow-",
        "--format",
        "json",
    ];
    eventually("some are started, and most are not", || {
        (stage.lines(&list).len() >= 8).then_some(())
    });
    stage.limit_starts(None);
    eventually("all are started", || {
        (stage.lines(&list).len() == MESSAGES).then_some(())
    });
    assert_eq!(stage.lines(&dead)[0]["queues"][0]["depth"], 0);
}
