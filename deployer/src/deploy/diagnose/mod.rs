//! What really went wrong: the first cause among CloudFormation's events, where it is written, and the way out.

mod cause;
mod events;
mod failure;
mod hints;

pub use cause::{Diagnosis, diagnose};
pub use events::{Operation, failed_events};
pub use failure::{Failures, ResourceFailure};

#[cfg(test)]
mod tests;
