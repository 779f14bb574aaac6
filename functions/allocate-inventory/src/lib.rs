//! Takes the pieces of an order out of stock, or puts them back.
//!
//! A worker of the order-processing workflow; [`orders`] has its requests, answers and record.
//!
//! | request | answer |
//! |---|---|
//! | `{"action": "allocate", "order_id": …, "items": […]}` | `allocated`, `unavailable` or `released` |
//! | `{"action": "release", "order_id": …}` | `released`, or `unavailable` if nothing was taken |
//!
//! All items are taken in one transaction under the condition `stock_level >= quantity`, or none.
//! Stock is never read to decide: `unavailable` names every product whose condition failed, with
//! the stock that the condition met. A transaction that others get in the way of says nothing about
//! the stock; it is repeated for about two seconds, and then fails with `TableContended`.
//!
//! `released` as an answer to `allocate` says that the order was given up before the request came.
//!
//! # Environment
//!
//! `ORDERS_TABLE` and `CATALOG_TABLE` name the tables.
//!
//! # Needs
//!
//! `dynamodb:GetItem` on the orders, `UpdateItem` on both tables.

mod worker;

pub use worker::AllocationWorker;
