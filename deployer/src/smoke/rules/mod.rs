//! What a scenario must keep to, beyond its types.

mod check;
mod tables;

#[cfg(test)]
pub(super) use check::SAMPLE_ID;
pub(super) use check::check;
