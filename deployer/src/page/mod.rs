//! The page: what runs, in a browser on this machine. It is a client of what operates, as the commands are, and
//! makes no call of its own.
//!
//! Whoever can reach the port is nobody until shown the token: see `guard.rs`. What is live is looked at once,
//! however many tabs show it: see `watches.rs`.

mod answer;
mod apart;
mod ask;
mod assets;
mod beside;
mod callbacks;
mod execution;
mod executions;
mod fields;
mod frame;
mod guard;
mod inbox;
mod job;
mod jobs;
mod keys;
mod letters;
mod link;
mod live;
mod overview;
mod reply;
mod rework;
mod routes;
mod serve;
mod shown;
mod site;
mod trace;
mod watches;

pub use beside::{address_beside, forget_beside, serve_beside};
pub use serve::{Page, PageSettings};
