//! What the order-processing workflow and its workers share: the tables, and what they say to
//! each other.
//!
//! # The orders table
//!
//! Partition key `order_id` (S). One item an order, for the workflow and for people:
//!
//! | attribute | type | written by | meaning |
//! |---|---|---|---|
//! | `execution` | S | `order-processing` | the ARN of the execution that the order belongs to |
//! | `customer_id`, `payment_method`, `items` | S, S, L | `order-processing` | as ordered; left out when invalid |
//! | `status` | S | `order-processing` | `processing`, a result of the workflow, `failed` or `compensation_failed` |
//! | `outcome` | M | `order-processing` | what there is to say beside the status |
//! | `received_at`, `updated_at`, `finished_at` | S | `order-processing` | RFC 3339 in UTC |
//! | `payment` | M | `authorize-payment` | [`Payment`], with its `request` |
//! | `charged_amount` | N | `authorize-payment` | what the customer is charged in all: charging adds to it, voiding takes from it |
//! | `allocation` | M | `allocate-inventory` | [`Allocation`], with its `request` |
//! | `shipment` | M | `fulfill-order` | [`Shipment`], with its `request` |
//! | `shipments` | N | `fulfill-order` | how many shipments are on their way |
//!
//! # The catalog table
//!
//! Partition key `product_id` (S):
//!
//! | attribute | type | meaning |
//! |---|---|---|
//! | `price` | N | what a piece costs, in whole minor units |
//! | `currency` | S | of this currency; a product without both is not for sale |
//! | `stock_level` | N | how many pieces there are; only ever written under a condition |
//! | `shippable` | BOOL | whether it can be shipped; true when absent |
//!
//! # Nothing happens twice
//!
//! Each worker has one record in the order's item, and [its first decision stays](record). The
//! effect is in the same write as its record, so no crash comes between the two: charging adds to
//! `charged_amount` in the update that writes `payment`; taking stock changes every product's
//! `stock_level` and writes `allocation` in one transaction, all or none.
//!
//! Undoing changes the state of the same record, once. Undoing what never happened writes the
//! record ahead, so that a late request finds it and does nothing. Refusals are recorded too: a
//! request that was given up for lost cannot come true after its order was told otherwise.
//!
//! # Needs
//!
//! [`Tables`] needs `dynamodb:GetItem` and `UpdateItem` on both tables. Transactions need no
//! more than that. [`MemoryTables`] has the same semantics in one process, for tests.

pub mod allocation;
pub mod catalog;
mod clock;
pub mod contention;
mod dynamodb;
mod error;
mod failure;
pub mod items;
pub mod journal;
pub mod memory;
pub mod payment;
mod reason;
pub mod record;
pub mod runtime;
pub mod settings;
pub mod shipment;

pub use allocation::Allocation;
pub use catalog::Catalog;
pub use clock::Clock;
pub use dynamodb::Tables;
pub use error::{StoreError, WorkerError, chain};
pub use failure::Failure;
pub use items::{Item, Items};
pub use memory::MemoryTables;
pub use payment::Payment;
pub use reason::Reason;
pub use settings::{SettingsError, TableNames};
pub use shipment::Shipment;
