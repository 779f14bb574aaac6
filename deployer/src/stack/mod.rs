//! A stack as it lives: its state, template, resources and outputs. Everything that deploys or operates reads it here.

mod held;
mod live;
mod names;
mod origin;
pub(crate) mod outputs;
mod reference;
mod resource;
mod stage;
mod standing;
mod template;

pub use held::HeldNote;
pub use live::{LiveStack, describe, set_protection};
pub(crate) use names::pascal_case;
pub(crate) use origin::{Deployed, mark};
pub use origin::{Origin, REVISION_TAG, revision_of};
pub use outputs::Outputs;
pub(crate) use reference::{brief, is_intrinsic, references};
pub use resource::{Resource, physical_resources, resources};
pub use stage::{stage_stacks, unconfigured_workflows};
pub use standing::{Standing, standing};
pub use template::deployed_template;
pub(crate) use template::deployed_text;
