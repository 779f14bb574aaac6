//! What whoever deploys may do: the least that is enough for exactly this application.
//!
//! | part | who needs it |
//! |---|---|
//! | [`Part::Calls`] | who runs `up`, `plan`, `status`, `destroy`: the calls of this program |
//! | [`Part::Resources`] | CloudFormation, which acts for the caller, or for the service role where the stage names one |
//! | [`Part::Operate`] | who operates executions and messages, and runs the smoke test |

mod calls;
mod document;
mod handlers;
mod names;
mod stack;
mod trust;

pub use document::{Document, LARGEST_MANAGED};
pub use stack::PolicyStack;
pub use trust::{Issuer, trust};

use self::names::Names;
use crate::config::App;

/// A part of what a stage needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The calls of `up`, `plan`, `status` and `destroy`.
    Calls,
    /// What CloudFormation does to the resources.
    Resources,
    /// The calls of all that operates.
    Operate,
}

impl Part {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Calls, Self::Resources, Self::Operate];

    /// Returns what whoever deploys needs: where the stage has a service role, CloudFormation acts for that.
    pub fn of_whoever_deploys(app: &App) -> &'static [Self] {
        match app.stage.deployment.role {
            Some(_) => &[Self::Calls],
            None => &[Self::Calls, Self::Resources],
        }
    }
}

/// Returns the policy of a stage for these parts, from the templates that it is linked to.
pub fn policy(app: &App, stacks: &[PolicyStack<'_>], parts: &[Part]) -> Document {
    let names = Names::of(app, stacks);
    let mut document = Document::default();
    for part in parts {
        match part {
            Part::Calls => calls::deploy(app, &names, &mut document),
            Part::Resources => handlers::resources(app, &names, stacks, &mut document),
            Part::Operate => calls::operate(&names, &mut document),
        }
    }
    document.settle();
    document
}

#[cfg(test)]
mod tests;
