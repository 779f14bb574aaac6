//! The reverse of `up`: the intake first, then the executions in flight, the stacks, the bucket, and a last look.

mod bucket;
mod carry_out;
mod executions;
mod leftovers;
mod survey;
mod tables;
mod take_down;

pub use carry_out::{Destroyed, carry_out};
pub use executions::Drain;
pub use survey::{Reach, StackSurvey, Survey, survey};
pub use tables::{Data, TableSurvey};
