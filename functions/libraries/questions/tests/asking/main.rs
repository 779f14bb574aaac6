//! Questions as a workflow asks them, with everything in memory.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed set-up should fail the test"
)]

mod channels;
mod identity;
mod sendings;
mod world;
