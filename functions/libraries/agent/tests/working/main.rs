//! A model at work, through the SDK's own runner and a real client of Bedrock, against a server that replies from a
//! script.
#![expect(clippy::unwrap_used, reason = "a failed set-up should fail the test")]

mod bedrock;
mod bounds;
mod kills;
mod tools;
mod world;
