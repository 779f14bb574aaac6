//! Every rule of a message.

use orders::{Item, Reason};
use serde_json::{Value, json};

use super::{InvalidOrder, Order};

fn ordinary() -> Value {
    json!({
        "order_id": "1001",
        "customer_id": "c-1",
        "items": [{"product_id": "widget", "quantity": 2}],
        "payment_method": "card",
    })
}

fn with(field: &str, value: Value) -> Value {
    let mut message = ordinary();
    message[field] = value;
    message
}

fn reasons(message: &Value) -> Vec<Reason> {
    Order::parse(&message.to_string()).unwrap().check().reasons
}

fn item(product_id: &str, quantity: u32) -> Item {
    Item {
        product_id: product_id.to_owned(),
        quantity,
    }
}

#[test]
fn an_ordinary_order_is_read_and_valid() {
    let order = Order::parse(&ordinary().to_string()).unwrap();
    assert_eq!(order.order_id, "1001");
    let checked = order.check();
    assert_eq!(checked.reasons, []);
    assert_eq!(checked.customer_id.as_deref(), Some("c-1"));
    assert_eq!(checked.payment_method.as_deref(), Some("card"));
    assert_eq!(checked.items().unwrap().as_slice(), [item("widget", 2)]);
}

#[test]
fn what_is_no_order_cannot_be_read() {
    let mut without = ordinary();
    without.as_object_mut().unwrap().remove("items");
    let unreadable = [
        "this is no JSON".to_owned(),
        "[]".to_owned(),
        "null".to_owned(),
        without.to_string(),
        with("order_id", json!(1001)).to_string(),
        with("customer_id", json!(null)).to_string(),
        with("items", json!({})).to_string(),
        with("items", json!(["widget"])).to_string(),
        with("items", json!([{"product_id": "widget"}])).to_string(),
        with("items", json!([{"product_id": "widget", "quantity": "2"}])).to_string(),
        with(
            "items",
            json!([{"product_id": "widget", "quantity": 2, "price": 1}]),
        )
        .to_string(),
        with("discount", json!(100)).to_string(),
        ordinary().to_string().replace('2', "1e999"),
        ordinary()
            .to_string()
            .replace("\"quantity\":2", "\"quantity\":2,\"quantity\":3"),
    ];
    for message in unreadable {
        let error = Order::parse(&message).unwrap_err();
        assert!(matches!(error, InvalidOrder::Unreadable(_)), "{message}");
    }
    for order_id in ["", "a b", "../1", "é", &"x".repeat(65)] {
        let error = Order::parse(&with("order_id", json!(order_id)).to_string()).unwrap_err();
        assert!(matches!(error, InvalidOrder::OrderId), "{order_id}");
    }
}

#[test]
fn quantities_are_positive_whole_numbers_up_to_a_limit() {
    let of = |quantity: Value| with("items", json!([{"product_id": "w", "quantity": quantity}]));
    for quantity in [json!(1), json!(1_000)] {
        assert_eq!(reasons(&of(quantity)), []);
    }
    for quantity in [
        json!(0),
        json!(-1),
        json!(1_001),
        json!(4_294_967_297_u64),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(1e300),
        json!(1.5),
        json!(2.0),
    ] {
        let expected = [Reason::InvalidQuantity {
            item: 1,
            most: 1_000,
        }];
        assert_eq!(reasons(&of(quantity.clone())), expected, "{quantity}");
    }
}

#[test]
fn the_items_of_one_product_are_added_up() {
    let items = |first: u32, second: u32| {
        let items = json!([
            {"product_id": "w", "quantity": first},
            {"product_id": "a", "quantity": 1},
            {"product_id": "w", "quantity": second},
        ]);
        Order::parse(&with("items", items).to_string())
            .unwrap()
            .check()
    };
    let checked = items(2, 998);
    let expected = [item("a", 1), item("w", 1_000)];
    assert_eq!(checked.items().unwrap().as_slice(), expected);
    let checked = items(2, 999);
    let too_many = Reason::TooManyPieces {
        product_id: "w".to_owned(),
        most: 1_000,
    };
    assert_eq!(checked.reasons, [too_many]);
    assert_eq!(checked.items(), None);
}

#[test]
fn the_number_of_items_has_limits() {
    let of = |count: usize| {
        let items = (0..count).map(|n| json!({"product_id": n.to_string(), "quantity": 1}));
        with("items", items.collect())
    };
    assert_eq!(reasons(&of(0)), [Reason::NoItems]);
    assert_eq!(reasons(&of(25)), []);
    assert_eq!(reasons(&of(26)), [Reason::TooManyItems { most: 25 }]);
}

#[test]
fn every_reason_is_told_at_once() {
    let message = json!({
        "order_id": "1001",
        "customer_id": " ",
        "items": [
            {"product_id": "w", "quantity": 0},
            {"product_id": "not a product", "quantity": -3},
        ],
        "payment_method": "",
    });
    let quantity = |item| Reason::InvalidQuantity { item, most: 1_000 };
    assert_eq!(
        reasons(&message),
        [
            Reason::InvalidCustomerId,
            Reason::InvalidPaymentMethod,
            quantity(1),
            quantity(2),
            Reason::InvalidProductId { item: 2 },
        ]
    );
    let checked = Order::parse(&message.to_string()).unwrap().check();
    assert_eq!(checked.products, [item("w", 0)], "still looked up");
}
