//! The one port: requests about durable executions are answered here, all others by MiniStack.

mod admin;
mod forward;
mod invoke;
mod mapping;
mod responses;
mod route;
mod service;

pub(crate) use service::{Router, routes};
