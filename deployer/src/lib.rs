//! `deployer` puts Rust workflows built on AWS Lambda durable functions on AWS, or on this machine.
//!
//! Data flows in one direction, plain between the steps:
//! config → link → build → publish → apply → verify. Steps report [`event::Event`]s and return
//! data; only [`cli`] prints.

pub mod apply;
pub mod aws;
pub mod build;
pub mod cli;
pub mod collect;
pub mod config;
pub mod destroy;
pub mod diagnose;
pub mod doctor;
pub mod error;
pub mod event;
mod hash;
pub mod link;
pub mod lint;
pub mod lock;
pub mod logs;
pub mod plan;
pub mod publish;
pub mod revision;
pub mod smoke;
pub mod status;
pub mod verify;
