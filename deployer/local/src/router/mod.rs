//! The one port: requests about durable executions are answered here, all others by MiniStack.

mod access;
mod admin;
mod call_fault;
mod call_faults;
mod forward;
mod invoke;
mod mapping;
mod question;
mod responses;
mod route;
mod service;
mod shared;
mod start_limit;

pub(crate) use access::Access;
pub(crate) use call_faults::CallFaults;
pub(crate) use service::routes;
pub(crate) use shared::Router;
pub(crate) use start_limit::StartLimit;
