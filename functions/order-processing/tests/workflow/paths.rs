//! Every way through the workflow that its message and the tables decide.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::world::{World, message, order};

/// Returns the result without its times, after a look at them.
fn timeless(result: &Value) -> Value {
    let mut result = result.clone();
    let fields = result.as_object_mut().unwrap();
    for time in ["received_at", "finished_at"] {
        let text = fields.remove(time).unwrap();
        assert!(
            text.as_str().unwrap().starts_with("2023-11-14T22:"),
            "{text}"
        );
    }
    result
}

#[tokio::test]
async fn an_order_of_one_item_is_completed() {
    let world = World::new();
    let ended = world.run(&message(&[("widget", 2)])).await;
    let result = ended.result.as_ref().unwrap();
    assert_eq!(
        timeless(result),
        json!({
            "order_id": "1001",
            "result": "completed",
            "amount": 1_998,
            "currency": "USD",
            "lines": [{"product_id": "widget", "quantity": 2, "unit_price": 999}],
            "shipment_id": "shipment-1001",
        })
    );
    assert_eq!(
        ended.succeeded(),
        [
            "validate-order",
            "authorize-payment",
            "allocate-inventory",
            "fulfill-order",
            "record-result",
        ]
    );
    assert_eq!(ended.operations.len(), 5, "one operation each, and no more");
    assert_eq!(world.calls(), ["authorize", "allocate", "fulfill"]);
    let order = world.order();
    assert_eq!(order.status, "completed");
    assert_eq!((order.charged_amount, order.charges), (1_998, 1));
    assert_eq!(order.shipments, 1);
    assert_eq!(world.stock("widget"), 8);
    assert_eq!(result["received_at"], order.received_at);
    assert_eq!(result["finished_at"].as_str(), order.finished_at.as_deref());
}

#[tokio::test]
async fn workers_are_chained_invokes_of_the_workflow_itself() {
    let world = World::new();
    let ended = world.run(&message(&[("boulder", 1)])).await;
    let kinds: Vec<(&str, &str)> = ended
        .operations
        .iter()
        .map(|operation| {
            assert_eq!(operation.get("ParentId"), None, "nothing is nested");
            let text = |field: &str| operation[field].as_str().unwrap();
            (text("Type"), text("Name"))
        })
        .collect();
    assert_eq!(
        kinds,
        [
            ("STEP", "validate-order"),
            ("CHAINED_INVOKE", "authorize-payment"),
            ("CHAINED_INVOKE", "allocate-inventory"),
            ("CHAINED_INVOKE", "fulfill-order"),
            ("CHAINED_INVOKE", "release-inventory"),
            ("CHAINED_INVOKE", "void-payment"),
            ("STEP", "record-result"),
        ]
    );
}

#[tokio::test]
async fn several_items_are_charged_and_taken_together_and_one_product_only_once() {
    let world = World::new();
    let items = [("widget", 1), ("gadget", 3), ("widget", 2)];
    let ended = world.run(&message(&items)).await;
    let result = ended.result.unwrap();
    assert_eq!(result["amount"], 3 * 999 + 3 * 500);
    assert_eq!(
        result["lines"],
        json!([
            {"product_id": "gadget", "quantity": 3, "unit_price": 500},
            {"product_id": "widget", "quantity": 3, "unit_price": 999},
        ])
    );
    assert_eq!((world.stock("widget"), world.stock("gadget")), (7, 7));
}

#[tokio::test]
async fn an_invalid_order_is_rejected_with_every_reason_and_nothing_is_done() {
    let quantity = |item: usize| json!({"code": "invalid_quantity", "item": item, "most": 1_000});
    let unknown = |id: &str| json!({"code": "unknown_product", "product_id": id});
    let cases: [(&[(&str, i64)], Value); 6] = [
        (&[], json!([{"code": "no_items"}])),
        (&[("widget", 0)], json!([quantity(1)])),
        (&[("widget", -1)], json!([quantity(1)])),
        (&[("widget", 1_000_000_000_000)], json!([quantity(1)])),
        (&[("nothing", 1)], json!([unknown("nothing")])),
        (
            &[("widget", 1), ("nothing", 0), ("neither", 1)],
            json!([quantity(2), unknown("neither"), unknown("nothing")]),
        ),
    ];
    for (items, reasons) in cases {
        let world = World::new();
        let ended = world.run(&message(items)).await;
        let expected = json!({"order_id": "1001", "result": "rejected", "reasons": reasons});
        assert_eq!(
            timeless(&ended.result.clone().unwrap()),
            expected,
            "{items:?}"
        );
        assert_eq!(ended.succeeded(), ["validate-order", "record-result"]);
        assert!(world.calls().is_empty());
        let order = world.order();
        assert_eq!(order.status, "rejected");
        assert_eq!(order.outcome["reasons"], reasons);
        world.assert_untouched("rejected");
    }
}

#[tokio::test]
async fn a_product_that_is_gone_after_validation_rejects_the_order_too() {
    let world = World::new();
    world
        .tables
        .state()
        .products
        .get_mut("widget")
        .unwrap()
        .price = None;
    let ended = world.run(&message(&[("widget", 1)])).await;
    let result = ended.result.unwrap();
    let reasons = json!([{"code": "not_for_sale", "product_id": "widget"}]);
    assert_eq!(result["reasons"], reasons);

    // What the payment worker decided before is not decided again by a later catalog.
    let world = World::new();
    world.tables.state().products.clear();
    let request = json!({
        "action": "authorize",
        "order_id": "1001",
        "customer_id": "c-1",
        "items": [{"product_id": "widget", "quantity": 1}],
        "payment_method": "card",
    });
    world
        .invoke("authorize-payment:live", &request.to_string())
        .await
        .unwrap();
    world.tables.state().products = World::new().tables.state().products.clone();
    let ended = world.run(&message(&[("widget", 1)])).await;
    let result = ended.result.as_ref().unwrap();
    assert_eq!(result["result"], "rejected");
    assert_eq!(result["reasons"][0]["code"], "unknown_product");
    assert_eq!(
        ended.succeeded(),
        ["validate-order", "authorize-payment", "record-result"]
    );
    world.assert_untouched("rejected by the payment worker");
}

#[tokio::test]
async fn an_order_over_the_limit_is_declined_and_nothing_is_done() {
    let world = World::new();
    let ended = world.run(&message(&[("widget", 101)])).await;
    assert_eq!(
        timeless(ended.result.as_ref().unwrap()),
        json!({
            "order_id": "1001",
            "result": "payment_declined",
            "reason": "over_limit",
            "amount": 100_899,
            "currency": "USD",
        })
    );
    assert_eq!(world.calls(), ["authorize"]);
    assert_eq!(world.order().status, "payment_declined");
    world.assert_untouched("declined");
}

#[tokio::test]
async fn an_order_that_is_short_of_one_product_takes_none_and_is_not_charged() {
    let world = World::new();
    let items = [("widget", 3), ("gadget", 11), ("boulder", 12)];
    let ended = world.run(&message(&items)).await;
    assert_eq!(
        timeless(ended.result.as_ref().unwrap()),
        json!({
            "order_id": "1001",
            "result": "inventory_unavailable",
            "short": [
                {"product_id": "boulder", "requested": 12, "available": 10},
                {"product_id": "gadget", "requested": 11, "available": 10},
            ],
        })
    );
    assert_eq!(world.calls(), ["authorize", "allocate", "void"]);
    assert_eq!(world.order().charges, 1, "it was charged before");
    world.assert_untouched("short");
}

#[tokio::test]
async fn an_order_that_cannot_be_shipped_is_undone_in_reverse_order() {
    let world = World::new();
    let ended = world.run(&message(&[("widget", 1), ("boulder", 2)])).await;
    assert_eq!(
        timeless(ended.result.as_ref().unwrap()),
        json!({
            "order_id": "1001",
            "result": "fulfillment_failed",
            "reason": "not_shippable",
            "products": ["boulder"],
        })
    );
    let calls = ["authorize", "allocate", "fulfill", "release", "void"];
    assert_eq!(world.calls(), calls);
    assert_eq!(world.order().status, "fulfillment_failed");
    world.assert_untouched("not shippable");
}

#[tokio::test]
async fn a_message_that_is_no_order_fails_the_execution_and_does_nothing() {
    let mut without_items = message(&[]);
    without_items.as_object_mut().unwrap().remove("items");
    let mut misspelt = message(&[("widget", 1)]);
    misspelt["discont"] = json!(1);
    for message in [
        json!("text"),
        json!(null),
        json!([]),
        without_items,
        misspelt,
    ] {
        let world = World::new();
        let ended = world.run(&message).await;
        assert_eq!(ended.error_type(), "InvalidOrder", "{message}");
        assert!(ended.operations.is_empty());
        assert!(world.tables.state().orders.is_empty());
    }
    let world = World::new();
    let ended = world.run(&order("../1", &[("widget", 1)])).await;
    assert_eq!(ended.error_type(), "InvalidOrder");
    let text = ended.error_message();
    assert!(
        text.contains("`order_id` must be 1 to 64 letters"),
        "{text}"
    );
}

#[tokio::test]
async fn sixty_orders_at_once_for_twenty_five_pieces_complete_twenty_five_times() {
    let world = World::new();
    world.tables.state().stock.insert("widget".to_owned(), 25);
    let messages: Vec<Value> = (0..60)
        .map(|number| order(&format!("o-{number}"), &[("widget", 1)]))
        .collect();
    let ended = join_all(messages.iter().map(|message| world.run(message))).await;
    let with = |result: &str| {
        ended
            .iter()
            .filter(|ended| ended.result.as_ref().unwrap()["result"] == result)
            .count()
    };
    assert_eq!((with("completed"), with("inventory_unavailable")), (25, 35));
    assert_eq!(world.stock("widget"), 0);
    let charged: i128 = world
        .tables
        .state()
        .orders
        .values()
        .map(|order| order.charged_amount)
        .sum();
    assert_eq!(charged, 25 * 999);
}
