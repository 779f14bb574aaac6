//! The one port: requests about durable executions are answered here, all others by MiniStack.

mod admin;
mod call_fault;
mod forward;
mod invoke;
mod mapping;
mod responses;
mod route;
mod service;

pub(crate) use call_fault::CallFaults;
pub(crate) use service::{Router, routes};
