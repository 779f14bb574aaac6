//! `deployer` puts Rust workflows built on AWS Lambda durable functions on AWS, or on this machine.
//!
//! Data flows in one direction, plain between the steps:
//! config → link → build → publish → plan → apply → verify. Steps report [`event::Event`]s and
//! return data; only [`cli`] prints.

pub mod aws;
pub mod cli;
pub mod config;
pub mod consent;
mod count;
pub mod deploy;
pub mod error;
pub mod event;
mod hash;
mod moment;
pub mod operate;
pub mod page;
pub mod pipeline;
pub mod resources;
mod secrets;
pub mod smoke;
mod span;
pub mod stack;
