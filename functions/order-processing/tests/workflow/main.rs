//! The workflow with its real workers, through a durable execution service in memory.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed set-up should fail the test"
)]

mod compensation;
mod failures;
mod paths;
mod replays;
mod reruns;
mod service;
mod world;
