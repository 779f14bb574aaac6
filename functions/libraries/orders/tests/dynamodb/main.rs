//! The requests to the tables, against a server that answers from a script.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed set-up should fail the test"
)]

mod allocations;
mod journal;
mod payments;
mod shipments;
mod tables;
