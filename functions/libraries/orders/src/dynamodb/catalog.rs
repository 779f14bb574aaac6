//! Products in the catalog table.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;

use super::table::{Attributes, Tables, text, unavailable};
use crate::catalog::{Catalog, Price, Product};
use crate::error::StoreError;

#[async_trait]
impl Catalog for Tables {
    async fn product(&self, product_id: &str) -> Result<Option<Product>, StoreError> {
        let output = self
            .client
            .get_item()
            .table_name(&self.names.catalog)
            .key("product_id", text(product_id))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| unavailable(product_id, error.into_service_error()))?;
        Ok(output.item.as_ref().map(read))
    }
}

/// A price that cannot be read is no price: the product is not for sale, and nobody is charged a
/// guess.
fn read(item: &Attributes) -> Product {
    let amount = item
        .get("price")
        .and_then(|price| price.as_n().ok())
        .and_then(|digits| digits.parse().ok());
    let currency = item
        .get("currency")
        .and_then(|currency| currency.as_s().ok())
        .filter(|currency| !currency.is_empty());
    Product {
        price: amount.zip(currency).map(|(amount, currency)| Price {
            amount,
            currency: currency.clone(),
        }),
        shippable: matches!(
            item.get("shippable"),
            None | Some(AttributeValue::Bool(true))
        ),
    }
}
