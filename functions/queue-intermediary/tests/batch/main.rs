//! Batches through the intermediary, with services that record what is asked of them.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed set-up should fail the test"
)]

mod bench;
mod ends;
mod log;
