//! The way from the source to a verified deployment.

pub mod lock;
pub mod revision;
