//! What a scenario must keep to, beyond its types.

mod check;
mod tables;

pub(super) use check::check;
