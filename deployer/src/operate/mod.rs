//! What operates: what runs and how to change that, how a stage is, what it wrote, and what it no longer needs.

mod aliased;
pub mod callbacks;
pub mod dead_letters;
pub mod deployed;
pub mod executions;
pub mod garbage;
pub mod logs;
pub mod message;
pub mod picture;
pub mod prune;
pub mod replay;
pub mod status;
pub mod trace;
