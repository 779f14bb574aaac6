//! What `up` would do, by property, before anything is done.
//!
//! The core is [`difference`]: the live stack and the wanted one go in, a [`StackPlan`] comes out.

mod caution;
mod compare;
mod concern;
mod cost;
mod difference;
mod file;
mod follow;
mod in_flight;
mod make;
mod meet;
mod model;
mod needed;
mod permission;
mod read;
mod replacement;
mod secrecy;
mod template;
mod text;

pub use cost::IdleCost;
pub use difference::{Live, Wanted, difference};
pub use file::{PlanFile, PlannedArtifact, PlannedStack};
pub use in_flight::{InFlight, InFlightVersion};
pub use make::{Planned, plan_stage, require_unmoved};
pub use meet::meet_again;
pub use model::{
    Action, Loss, Plan, PropertyChange, Replacement, ResourcePlan, StackAction, StackPlan, Summary,
    Warning,
};
pub use read::{plan_stack, read};
pub use text::{digest, text};

#[cfg(test)]
mod tests;
