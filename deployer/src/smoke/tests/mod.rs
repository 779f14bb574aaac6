//! What several tests need.

mod service;

pub(super) use service::{Service, answering};
