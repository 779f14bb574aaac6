//! What can be ordered, and what it costs.

use std::collections::BTreeSet;

use async_trait::async_trait;
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::items::Item;
use crate::reason::Reason;

/// The largest amount of an order, in minor units of its currency.
pub const LARGEST_AMOUNT: u64 = 100_000_000_000;

/// Reads products.
#[async_trait]
pub trait Catalog: Send + Sync {
    /// Returns the product, if there is one.
    async fn product(&self, product_id: &str) -> Result<Option<Product>, StoreError>;
}

/// A product, without its stock: that is only ever written under a condition, never read first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// What a piece costs; a product without a price is not for sale.
    pub price: Option<Price>,
    /// Whether it can be shipped.
    pub shippable: bool,
}

/// What a piece costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// In minor units.
    pub amount: u64,
    /// Of this currency.
    pub currency: String,
}

/// What an order costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// In minor units.
    pub amount: u64,
    /// Of this currency.
    pub currency: String,
    /// Item by item.
    pub lines: Vec<Line>,
}

/// What one item costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Which product.
    pub product_id: String,
    /// How many pieces.
    pub quantity: u32,
    /// What one piece costs, in minor units.
    pub unit_price: u64,
}

/// An item, with what the catalog knows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// The item.
    pub item: Item,
    /// Its product, if there is one.
    pub product: Option<Product>,
}

/// Looks all items up at once.
pub async fn look_up(
    catalog: &(impl Catalog + ?Sized),
    items: &[Item],
) -> Result<Vec<Lookup>, StoreError> {
    try_join_all(items.iter().map(|item| async move {
        let product = catalog.product(&item.product_id).await?;
        Ok(Lookup {
            item: item.clone(),
            product,
        })
    }))
    .await
}

/// Prices items that were looked up, or tells every reason why they cannot be sold together.
pub fn quote(found: &[Lookup]) -> Result<Quote, Vec<Reason>> {
    let mut reasons = Vec::new();
    let mut currencies = BTreeSet::new();
    let mut lines = Vec::new();
    let mut amount = Some(0_u64);
    for Lookup { item, product } in found {
        let product_id = item.product_id.clone();
        let Some(product) = product else {
            reasons.push(Reason::UnknownProduct { product_id });
            continue;
        };
        let Some(price) = &product.price else {
            reasons.push(Reason::NotForSale { product_id });
            continue;
        };
        currencies.insert(price.currency.clone());
        amount = price
            .amount
            .checked_mul(item.quantity.into())
            .and_then(|line| amount?.checked_add(line))
            .filter(|sum| *sum <= LARGEST_AMOUNT);
        lines.push(Line {
            product_id,
            quantity: item.quantity,
            unit_price: price.amount,
        });
    }
    if currencies.len() > 1 {
        // A sum over currencies means nothing, so it is not judged.
        reasons.push(Reason::MixedCurrencies {
            currencies: currencies.iter().cloned().collect(),
        });
    } else if amount.is_none() {
        reasons.push(Reason::AmountTooLarge {
            largest: LARGEST_AMOUNT,
        });
    }
    if found.is_empty() {
        reasons.push(Reason::NoItems);
    }
    match (reasons.is_empty(), amount, currencies.pop_first()) {
        (true, Some(amount), Some(currency)) => Ok(Quote {
            amount,
            currency,
            lines,
        }),
        _ => Err(reasons),
    }
}

#[cfg(test)]
mod tests {
    use super::{LARGEST_AMOUNT, Line, Lookup, Price, Product, Quote, quote};
    use crate::items::Item;
    use crate::reason::Reason;

    fn priced(product_id: &str, quantity: u32, price: Option<(u64, &str)>) -> Lookup {
        let item = Item {
            product_id: product_id.to_owned(),
            quantity,
        };
        let price = price.map(|(amount, currency)| Price {
            amount,
            currency: currency.to_owned(),
        });
        let shippable = true;
        let product = Some(Product { price, shippable });
        Lookup { item, product }
    }

    #[test]
    fn an_order_costs_the_sum_of_its_items_in_whole_minor_units() {
        let found = [
            priced("a", 3, Some((333, "USD"))),
            priced("b", 1, Some((1, "USD"))),
        ];
        let line = |product_id: &str, quantity, unit_price| Line {
            product_id: product_id.to_owned(),
            quantity,
            unit_price,
        };
        assert_eq!(
            quote(&found),
            Ok(Quote {
                amount: 1_000,
                currency: "USD".to_owned(),
                lines: vec![line("a", 3, 333), line("b", 1, 1)],
            })
        );
    }

    #[test]
    fn every_reason_is_told() {
        let mut found = vec![
            priced("a", 1, Some((1, "USD"))),
            priced("b", 1, None),
            priced("c", 1, Some((1, "EUR"))),
        ];
        found.push(Lookup {
            product: None,
            ..found[0].clone()
        });
        assert_eq!(
            quote(&found),
            Err(vec![
                Reason::NotForSale {
                    product_id: "b".to_owned()
                },
                Reason::UnknownProduct {
                    product_id: "a".to_owned()
                },
                Reason::MixedCurrencies {
                    currencies: vec!["EUR".to_owned(), "USD".to_owned()]
                },
            ])
        );
        assert_eq!(quote(&[]), Err(vec![Reason::NoItems]));
    }

    #[test]
    fn an_amount_that_no_machine_or_bank_holds_is_refused_and_never_wraps() {
        let too_large = Err(vec![Reason::AmountTooLarge {
            largest: LARGEST_AMOUNT,
        }]);
        for (quantity, price) in [
            (1, LARGEST_AMOUNT + 1),
            (2, LARGEST_AMOUNT),
            (2, u64::MAX),
            (1_000, u64::MAX / 1_000 + 1),
        ] {
            assert_eq!(
                quote(&[priced("a", quantity, Some((price, "USD")))]),
                too_large
            );
        }
        let found = [
            priced("a", 1, Some((LARGEST_AMOUNT, "USD"))),
            priced("b", 1, Some((1, "USD"))),
            priced("c", 1, Some((1, "USD"))),
        ];
        assert_eq!(quote(&found), too_large, "once too large stays too large");
        assert_eq!(quote(&found[..1]).unwrap().amount, LARGEST_AMOUNT);
    }
}
