//! What operates: how a stage is, what it wrote, and what it no longer needs.

pub mod garbage;
pub mod logs;
pub mod status;
