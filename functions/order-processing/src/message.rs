//! Reading an order, and finding everything that is wrong with it.

use std::collections::BTreeMap;

use orders::items::{MOST_ITEMS, MOST_PIECES, is_product_id};
use orders::{Item, Items, Reason};
use serde::Deserialize;
use serde_json::Number;

const LONGEST_ORDER_ID: usize = 64;
const LONGEST_CUSTOMER_ID: usize = 200;
const LONGEST_PAYMENT_METHOD: usize = 64;

/// An order as it came in: well-formed, but perhaps not valid.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Which order.
    pub order_id: String,
    /// Who ordered.
    pub customer_id: String,
    /// What is ordered.
    pub items: Vec<OrderedItem>,
    /// By which means it is paid.
    pub payment_method: String,
    /// Whether everything that was done for it is undone, instead of what is not done yet being done.
    #[serde(default)]
    pub cancel: bool,
}

/// An item as it came in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderedItem {
    /// Which product.
    pub product_id: String,
    /// How many pieces; any number, so that a wrong one rejects the order with its reason.
    pub quantity: Number,
}

/// A message that is no order.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidOrder {
    /// It lacks a field, has one too many or twice, or one of another type.
    #[error("the message is not an order that can be read")]
    Unreadable(#[source] serde_json::Error),
    /// Nothing could be recorded under its id.
    #[error("`order_id` must be 1 to {LONGEST_ORDER_ID} letters, digits, `-` and `_`")]
    OrderId,
}

/// What is valid of an order, and why the rest is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Checked {
    pub(crate) customer_id: Option<String>,
    pub(crate) payment_method: Option<String>,
    /// Every product, with the pieces that could be counted.
    pub(crate) products: Vec<Item>,
    pub(crate) reasons: Vec<Reason>,
}

impl Order {
    /// Reads a message.
    pub fn parse(message: &str) -> Result<Self, InvalidOrder> {
        let order: Self = serde_json::from_str(message).map_err(InvalidOrder::Unreadable)?;
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let length = 1..=LONGEST_ORDER_ID;
        if !length.contains(&order.order_id.len()) || !order.order_id.bytes().all(allowed) {
            return Err(InvalidOrder::OrderId);
        }
        Ok(order)
    }

    /// Finds every reason to reject the order that the order itself tells.
    pub(crate) fn check(&self) -> Checked {
        let mut reasons = Vec::new();
        let customer_id = valid_text(&self.customer_id, LONGEST_CUSTOMER_ID);
        if customer_id.is_none() {
            reasons.push(Reason::InvalidCustomerId);
        }
        let payment_method = valid_text(&self.payment_method, LONGEST_PAYMENT_METHOD);
        if payment_method.is_none() {
            reasons.push(Reason::InvalidPaymentMethod);
        }
        let products = match self.items.len() {
            0 => {
                reasons.push(Reason::NoItems);
                Vec::new()
            }
            1..=MOST_ITEMS => merge(&self.items, &mut reasons),
            _ => {
                reasons.push(Reason::TooManyItems { most: MOST_ITEMS });
                Vec::new()
            }
        };
        Checked {
            customer_id,
            payment_method,
            products,
            reasons,
        }
    }
}

impl Checked {
    /// Returns the items, unless there is a reason to reject the order.
    pub(crate) fn items(&self) -> Option<Items> {
        if !self.reasons.is_empty() {
            return None;
        }
        Items::new(self.products.clone()).ok()
    }
}

fn valid_text(text: &str, longest: usize) -> Option<String> {
    let valid = !text.trim().is_empty() && text.chars().count() <= longest;
    valid.then(|| text.to_owned())
}

/// Adds up the items of one product: a cart may list it twice, a transaction may not.
fn merge(items: &[OrderedItem], reasons: &mut Vec<Reason>) -> Vec<Item> {
    let mut pieces: BTreeMap<&str, u32> = BTreeMap::new();
    for (index, item) in items.iter().enumerate() {
        let quantity = item
            .quantity
            .as_u64()
            .and_then(|quantity| u32::try_from(quantity).ok())
            .filter(|quantity| (1..=MOST_PIECES).contains(quantity));
        if quantity.is_none() {
            reasons.push(Reason::InvalidQuantity {
                item: index + 1,
                most: MOST_PIECES,
            });
        }
        if is_product_id(&item.product_id) {
            let sum = pieces.entry(&item.product_id).or_default();
            *sum = sum.saturating_add(quantity.unwrap_or_default());
        } else {
            reasons.push(Reason::InvalidProductId { item: index + 1 });
        }
    }
    for (product_id, sum) in &pieces {
        if *sum > MOST_PIECES {
            reasons.push(Reason::TooManyPieces {
                product_id: (*product_id).to_owned(),
                most: MOST_PIECES,
            });
        }
    }
    pieces
        .into_iter()
        .map(|(product_id, quantity)| Item {
            product_id: product_id.to_owned(),
            quantity,
        })
        .collect()
}

#[cfg(test)]
mod tests;
