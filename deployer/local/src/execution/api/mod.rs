//! The HTTP API: REST-JSON of Lambda's durable execution operations.

mod answer;
mod callback;
mod checkpoint;
mod delete;
mod error;
mod faults;
mod history;
mod invoke;
mod list;
mod marker;
mod pause;
mod query;
mod request;
mod routes;
mod stop;

pub(crate) use error::ApiError;
pub(crate) use invoke::invoke;
pub(crate) use routes::routes;
