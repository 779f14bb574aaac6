//! Every page, with records in memory and a workflow that can be told what to say.
#![expect(clippy::unwrap_used, reason = "a failed set-up should fail the test")]

mod identity;
mod links;
mod world;
