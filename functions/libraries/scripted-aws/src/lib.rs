//! An AWS that answers from a script, for tests of what a function asks of AWS.
//!
//! [`dynamodb::client`] has a real client send its requests to a server on this machine. The server
//! gives the answers of the script in order, one a request, and remembers the requests: a test says
//! what the service answers, and then looks at what was asked of it.
//!
//! [`bedrock`] is the same for a model, which says what the script has.
//!
//! For a service with more of a mind of its own, [`serve`] takes any router, and [`sdk_config`]
//! makes a client of it.
//!
//! This crate is for tests only; it panics where a test has to fail.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a failed set-up should fail the test that it is for"
)]

pub mod bedrock;
pub mod dynamodb;
mod script;
mod server;

pub use script::{Answer, Requests};
pub use server::{sdk_config, serve};
