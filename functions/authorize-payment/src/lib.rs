//! Prices an order and charges the customer, or gives the money back.
//!
//! A worker of the order-processing workflow; [`orders`] has its requests, answers and record.
//!
//! | request | answer |
//! |---|---|
//! | `{"action": "authorize", "order_id": …, "customer_id": …, "items": […], "payment_method": …}` | `authorized`, `declined`, `rejected` or `voided` |
//! | `{"action": "void", "order_id": …}` | `voided`, or what it was if nothing was charged |
//!
//! The price comes from the catalog at the time of the first request, in whole minor units of the
//! one currency that all products of an order must share. An order that costs more than
//! `PAYMENT_LIMIT` is declined; the limit counts minor units, whichever the currency.
//!
//! `voided` as an answer to `authorize` says that the order was given up before the request came.
//!
//! # Environment
//!
//! | variable | meaning |
//! |---|---|
//! | `ORDERS_TABLE`, `CATALOG_TABLE` | the tables |
//! | `PAYMENT_LIMIT` | the most that an order may cost, in minor units; 1000000 when absent |
//!
//! # Needs
//!
//! `dynamodb:GetItem` on both tables, `UpdateItem` on the orders.

mod settings;
mod worker;

pub use settings::{DEFAULT_LIMIT, Settings};
pub use worker::PaymentWorker;
