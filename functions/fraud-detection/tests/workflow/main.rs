//! The workflow, through the SDK's own runner.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed set-up should fail the test"
)]

mod agents;
mod failures;
mod messages;
mod paths;
mod reruns;
mod world;
