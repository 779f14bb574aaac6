//! Turns components and the configuration of a workflow into one CloudFormation template. Pure.

mod asking;
mod component;
mod expression;
mod frozen;
mod instance;
mod linked;
mod linker;
mod modeling;
mod short_tags;
mod substitution;
mod template;
mod version;
mod wiring;
mod workflow;

pub use component::{Component, Components};
pub use instance::{Binding, Instance};
pub use linker::link;
pub use template::Template;
pub use workflow::{Published, artifact_template, link_workflow};

#[cfg(test)]
mod tests;
