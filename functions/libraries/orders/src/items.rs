//! What is ordered.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The most pieces of one product in an order.
pub const MOST_PIECES: u32 = 1_000;
/// The most items of an order: a transaction has room for 100 writes, and reads cost time.
pub const MOST_ITEMS: usize = 25;
/// The longest product id.
pub const LONGEST_PRODUCT_ID: usize = 64;

/// Pieces of one product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Which product.
    pub product_id: String,
    /// How many pieces.
    pub quantity: u32,
}

/// The items of an order: 1 to [`MOST_ITEMS`] different products, in the order of their ids, with
/// 1 to [`MOST_PIECES`] pieces each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Item>", into = "Vec<Item>")]
pub struct Items(Vec<Item>);

/// Why a list of items is none that can be ordered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ItemsError {
    /// There are none, or too many.
    #[error("an order has 1 to {MOST_ITEMS} items, not {count}")]
    Count {
        /// How many there are.
        count: usize,
    },
    /// A product has no pieces, or too many.
    #[error("product `{product_id}` must have 1 to {MOST_PIECES} pieces")]
    Quantity {
        /// Which product.
        product_id: String,
    },
    /// A product is there twice.
    #[error("product `{product_id}` is there twice")]
    Repeated {
        /// Which product.
        product_id: String,
    },
    /// A product's id is none.
    #[error("a product id has 1 to {LONGEST_PRODUCT_ID} letters, digits, `-`, `_` and `.`")]
    ProductId,
}

impl Items {
    /// Returns the items, put in order.
    pub fn new(items: Vec<Item>) -> Result<Self, ItemsError> {
        let count = items.len();
        if !(1..=MOST_ITEMS).contains(&count) {
            return Err(ItemsError::Count { count });
        }
        let mut by_product = BTreeMap::new();
        for item in items {
            if !is_product_id(&item.product_id) {
                return Err(ItemsError::ProductId);
            }
            if !(1..=MOST_PIECES).contains(&item.quantity) {
                return Err(ItemsError::Quantity {
                    product_id: item.product_id,
                });
            }
            if let Some(repeated) = by_product.insert(item.product_id.clone(), item) {
                return Err(ItemsError::Repeated {
                    product_id: repeated.product_id,
                });
            }
        }
        Ok(Self(by_product.into_values().collect()))
    }

    /// Returns the items in the order of their product ids.
    pub fn as_slice(&self) -> &[Item] {
        &self.0
    }
}

impl TryFrom<Vec<Item>> for Items {
    type Error = ItemsError;

    fn try_from(items: Vec<Item>) -> Result<Self, ItemsError> {
        Self::new(items)
    }
}

impl From<Items> for Vec<Item> {
    fn from(items: Items) -> Self {
        items.0
    }
}

/// Returns whether `text` can be the id of a product.
pub fn is_product_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=LONGEST_PRODUCT_ID).contains(&text.len()) && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::{Item, Items, ItemsError, MOST_ITEMS, MOST_PIECES};

    fn item(product_id: &str, quantity: u32) -> Item {
        Item {
            product_id: product_id.to_owned(),
            quantity,
        }
    }

    #[test]
    fn items_are_put_in_order() {
        let items = Items::new(vec![item("b", 1), item("a", MOST_PIECES)]).unwrap();
        assert_eq!(items.as_slice(), [item("a", MOST_PIECES), item("b", 1)]);
        let json = serde_json::to_string(&items).unwrap();
        assert_eq!(serde_json::from_str::<Items>(&json).unwrap(), items);
    }

    #[test]
    fn what_cannot_be_ordered_is_refused() {
        let many = |count: usize| (0..count).map(|n| item(&n.to_string(), 1)).collect();
        assert!(Items::new(many(MOST_ITEMS)).is_ok());
        for count in [0, MOST_ITEMS + 1] {
            assert_eq!(Items::new(many(count)), Err(ItemsError::Count { count }));
        }
        for quantity in [0, MOST_PIECES + 1, u32::MAX] {
            let product_id = "a".to_owned();
            assert_eq!(
                Items::new(vec![item("a", quantity)]),
                Err(ItemsError::Quantity { product_id })
            );
        }
        assert_eq!(
            Items::new(vec![item("a", 1), item("b", 1), item("a", 2)]),
            Err(ItemsError::Repeated {
                product_id: "a".to_owned()
            })
        );
        for product_id in ["", "a b", "é", &"x".repeat(65)] {
            assert_eq!(
                Items::new(vec![item(product_id, 1)]),
                Err(ItemsError::ProductId)
            );
        }
    }
}
