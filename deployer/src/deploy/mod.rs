//! What deploys: from the source of the functions to stacks that take work, and back.

pub mod apply;
pub mod build;
pub mod destroy;
pub mod diagnose;
pub mod doctor;
pub(crate) mod drain;
pub(crate) mod hold;
pub mod keep;
pub mod link;
pub mod lint;
pub mod plan;
pub mod policy;
pub mod publish;
pub mod rollback;
pub mod traffic;
pub mod verify;
