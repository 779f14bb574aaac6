//! At-most-once handling of a message, remembered in a table.
//!
//! Queues deliver a message at least once, sometimes several times at the same moment. This
//! crate keeps one record for each piece of work, so that the work is done once and a duplicate
//! gets the first one's result. It follows the record, the conditions and the flow of Powertools
//! for AWS Lambda, which has no version for Rust.
//!
//! ```text
//! acquire ──▶ Acquired(lease) ──▶ the work ──▶ complete(lease, result)
//!    │                               └─ failed ─▶ release(lease), so that a retry may run
//!    ├──▶ Completed(result)    done before, with the same payload
//!    ├──▶ InProgress           somebody else is at it: try again later
//!    └──▶ PayloadMismatch      the same id with another payload: refuse it
//! ```
//!
//! # The record
//!
//! | attribute | type | meaning |
//! |---|---|---|
//! | `id` | S, partition key | what makes two messages the same piece of work |
//! | `status` | S | `INPROGRESS` or `COMPLETED` |
//! | `expiration` | N | epoch seconds; the table's TTL attribute |
//! | `in_progress_expiration` | N | epoch milliseconds; when the holder's invocation is over for certain |
//! | `data` | S | the result, set on completion |
//! | `validation` | S | SHA-256 of the canonical payload, see [`payload_hash`] |
//!
//! Other attributes mean nothing here: `deployer executions rerun` keeps with its record what it is a rerun of.
//!
//! A record can be taken when there is none, when it is past its `expiration` (DynamoDB deletes
//! such items late), or when it is in progress and past its `in_progress_expiration` (the holder
//! died without a word). An expired record that is seen all the same belongs to somebody who won
//! the race for it; the look is repeated twice before [`Error::Inconsistent`] is returned.
//!
//! # Where it differs from Powertools
//!
//! - The payload hash is SHA-256 instead of MD5, and it is compared while a record is in
//!   progress too: an id stands for one payload from its first sight on.
//! - Completing and releasing are conditional on still holding the record. A holder that was
//!   overtaken can therefore neither overwrite nor delete its successor's record.
//!
//! # Needs
//!
//! [`DynamoDbStore`] needs `dynamodb:PutItem`, `GetItem`, `UpdateItem` and `DeleteItem` on its
//! table. [`MemoryStore`] has the same semantics in one process, for tests.

mod clock;
mod dynamodb;
mod error;
mod flow;
mod memory;
mod payload;
mod record;
mod store;

pub use clock::{Clock, ManualClock, SystemClock};
pub use dynamodb::DynamoDbStore;
pub use error::Error;
pub use flow::{Acquisition, Idempotency};
pub use memory::MemoryStore;
pub use payload::payload_hash;
pub use record::{Lease, Record, Status};
pub use store::{Insertion, Store, StoreError};
