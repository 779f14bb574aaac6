//! The tables of an order, answered from a script.

use orders::{Item, Items, TableNames, Tables};
use scripted_aws::{Answer, Requests, dynamodb};

pub(crate) const ORDER: &str = "1001";
pub(crate) const NOW: &str = "2023-11-14T22:13:20Z";

/// Returns tables that get these answers, one a request.
pub(crate) async fn tables(answers: impl IntoIterator<Item = Answer>) -> (Tables, Requests) {
    let (client, requests) = dynamodb::client(answers).await;
    let names = TableNames {
        orders: "orders".to_owned(),
        catalog: "catalog".to_owned(),
    };
    (Tables::new(client, names), requests)
}

/// Returns items to order.
pub(crate) fn items(items: &[(&str, u32)]) -> Items {
    let items = items.iter().map(|(product_id, quantity)| Item {
        product_id: (*product_id).to_owned(),
        quantity: *quantity,
    });
    Items::new(items.collect()).unwrap()
}
