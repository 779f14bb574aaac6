//! Processes an order: validate it, charge it, take it out of stock, ship it; or undo all of it.
//!
//! A durable function that invokes three workers. Whatever is interrupted goes on where it
//! stopped, and an order that does not get through leaves stock and money as they were.
//!
//! ```text
//! validate-order ─▶ authorize-payment ─▶ allocate-inventory ─▶ fulfill-order ─▶ completed
//!       │                  │                     │                   │
//!       ▼                  ▼                     ▼                   ▼
//!   rejected      payment_declined    inventory_unavailable   fulfillment_failed
//!                                                │                   │
//!                          void-payment ◀────────┴─── release-inventory
//! ```
//!
//! # Message
//!
//! ```json
//! {"order_id": "1001", "customer_id": "c-17", "payment_method": "card",
//!  "items": [{"product_id": "widget", "quantity": 2}]}
//! ```
//!
//! | field | rule |
//! |---|---|
//! | `order_id` | 1 to 64 letters, digits, `-` and `_` |
//! | `customer_id` | text of 1 to 200 characters |
//! | `payment_method` | text of 1 to 64 characters |
//! | `items` | 1 to 25; those of one product are added up |
//! | `cancel` | `true` undoes the order instead of carrying it out; may be left out |
//! | `product_id` | 1 to 64 letters, digits, `-`, `_` and `.`, in the catalog |
//! | `quantity` | a whole number, 1 to 1000, also when added up |
//!
//! A message that is no order (a field is missing, unknown, given twice or of another type, or the
//! order id breaks its rule) fails the execution with the error type `InvalidOrder`. An order that
//! breaks another rule ends as `rejected`, with every reason at once.
//!
//! # Result
//!
//! ```json
//! {"order_id": "1001", "result": "completed", "amount": 1998, "currency": "USD",
//!  "lines": [{"product_id": "widget", "quantity": 2, "unit_price": 999}],
//!  "shipment_id": "shipment-1001",
//!  "received_at": "2026-01-01T00:00:00Z", "finished_at": "2026-01-01T00:00:01Z"}
//! ```
//!
//! | `result` | further fields |
//! |---|---|
//! | `completed` | `amount`, `currency`, `lines`, `shipment_id` |
//! | `rejected` | `reasons`: a list of [`orders::Reason`], each with its `code` |
//! | `payment_declined` | `reason` (`over_limit`), `amount`, `currency` |
//! | `inventory_unavailable` | `short`: `product_id`, `requested` and `available` of every short product |
//! | `fulfillment_failed` | `reason` (`not_shippable` or `unknown_product`), `products` |
//! | `canceled` | none |
//!
//! Amounts are whole minor units. Times come from steps, so a replay gives the same result, byte
//! by byte.
//!
//! # Refused, failed, unknown
//!
//! A worker that refuses gives an answer, and the order ends with the result above. A worker that
//! fails is invoked again after 1, 2, 4 and 8 seconds, under the same operation name, unless its
//! error type says that this cannot help. Each worker does its work once, whoever asks how often.
//!
//! After the last attempt nobody can tell whether the worker did it, unless its first attempt
//! failed with an error type that rules it out. Such a step is undone like one that succeeded.
//!
//! # Compensation
//!
//! What may have been done is undone in reverse order, outside the step that failed:
//! `cancel-fulfillment` (only after an unknown outcome), `release-inventory`, `void-payment`. Each
//! is an operation of its own, tried ten times over minutes, and safe before, after and without
//! what it undoes. One that fails does not keep the next from running.
//!
//! An order that was refused then has its result. One that failed fails the execution, so that it
//! reaches the failure queue:
//!
//! | error type | status of the order | meaning |
//! |---|---|---|
//! | `InvalidOrder` | none | the message is no order |
//! | `OrderTaken` | unchanged | the order id belongs to another execution, or the order is closed |
//! | `WorkerFailed` | `failed` | a worker failed for good; everything is undone |
//! | `CompensationFailed` | `compensation_failed` | something is not undone; `outcome.to_do` of the order's item says what, for a person |
//! | `TableUnavailable`, `StepPanicked`, … | `processing` | the tables did not answer; nothing was done, or everything and only the result is not recorded |
//!
//! # Reruns
//!
//! A rerun of an execution (`X-r2` of `X`) takes over an order that is still `processing`: each worker
//! answers with what it has done before, nothing is charged, taken or shipped again, and the result is
//! recorded at last. An order that is closed stays as it is, and the rerun fails with `OrderTaken`: what was
//! given up is undone and was told, and is ordered again under a new order id.
//!
//! Nothing undoes an execution that was stopped or timed out: what it did stays, and its order is still
//! `processing`. Its rerun decides what becomes of it: as it is, it goes forward; with `"cancel": true` in the
//! message, everything is undone, what a worker still does late is refused, and the order ends as `canceled`.
//!
//! # Environment
//!
//! | variable | meaning |
//! |---|---|
//! | `AUTHORIZE_PAYMENT_FUNCTION`, `ALLOCATE_INVENTORY_FUNCTION`, `FULFILL_ORDER_FUNCTION` | qualified ARNs of the workers |
//! | `ORDERS_TABLE`, `CATALOG_TABLE` | the tables, described in [`orders`] |
//! | `LONGEST_WAIT_SECONDS` | the longest pause before an operation is tried again |
//!
//! # Needs
//!
//! `lambda:InvokeFunction` on the workers; `dynamodb:GetItem` on both tables and `UpdateItem` on
//! the orders; `lambda:CheckpointDurableExecution` and `lambda:GetDurableExecutionState` on the
//! function with any qualifier.

mod call;
mod case;
mod closing;
mod compensation;
mod error;
mod forward;
mod message;
pub mod operations;
mod outcome;
mod retry;
mod services;
mod settings;
mod validation;
mod workflow;

pub use error::{OrderError, ServiceError, WorkerFailure};
pub use message::{InvalidOrder, Order, OrderedItem};
pub use outcome::{OrderResult, Outcome};
pub use services::Services;
pub use settings::{Settings, Workers};
pub use workflow::handle;
