//! Why an order is rejected.

use serde::{Deserialize, Serialize};

/// One reason why an order is rejected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Reason {
    /// It has no items.
    NoItems,
    /// It has too many items.
    TooManyItems {
        /// How many it may have.
        most: usize,
    },
    /// The id of a product is none.
    InvalidProductId {
        /// Which item, counted from 1.
        item: usize,
    },
    /// The quantity of an item is no whole number, not positive, or too large.
    InvalidQuantity {
        /// Which item, counted from 1.
        item: usize,
        /// The largest quantity.
        most: u32,
    },
    /// The items of one product have too many pieces together.
    TooManyPieces {
        /// Which product.
        product_id: String,
        /// The largest quantity.
        most: u32,
    },
    /// The customer id is blank or too long.
    InvalidCustomerId,
    /// The payment method is none.
    InvalidPaymentMethod,
    /// The catalog does not have it.
    UnknownProduct {
        /// Which product.
        product_id: String,
    },
    /// It has no price.
    NotForSale {
        /// Which product.
        product_id: String,
    },
    /// The prices of its products are in different currencies.
    MixedCurrencies {
        /// Which ones.
        currencies: Vec<String>,
    },
    /// It costs too much to be counted.
    AmountTooLarge {
        /// The largest amount, in minor units.
        largest: u64,
    },
}
