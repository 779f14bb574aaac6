//! Ships an order, or calls the shipment back.
//!
//! A worker of the order-processing workflow; [`orders`] has its requests, answers and record.
//!
//! | request | answer |
//! |---|---|
//! | `{"action": "fulfill", "order_id": …, "customer_id": …, "items": […]}` | `shipped`, `refused` or `canceled` |
//! | `{"action": "cancel", "order_id": …}` | `canceled`, or `refused` if nothing was shipped |
//!
//! An order is refused as a whole when the catalog says of one of its products `shippable: false`,
//! or does not have it any more. An order that is not both paid and allocated is never shipped:
//! the request fails with `OrderNotReady`.
//!
//! `canceled` as an answer to `fulfill` says that the order was given up before the request came.
//!
//! # Environment
//!
//! `ORDERS_TABLE` and `CATALOG_TABLE` name the tables.
//!
//! # Needs
//!
//! `dynamodb:GetItem` on both tables, `UpdateItem` on the orders.

mod worker;

pub use worker::ShipmentWorker;
