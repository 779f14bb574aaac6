//! Whole runs in a world that a test makes up, and what several tests need.

mod runs;
mod service;
mod world;

pub(super) use service::{Service, answering};
