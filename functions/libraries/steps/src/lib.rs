//! Steps of a durable workflow: what runs again after an interruption, what never does, and how
//! their errors are recorded.
//!
//! A step can be interrupted after its body has done its work and before the service has recorded
//! it. Which function to choose follows from what a second run of the body would do:
//!
//! | choose | where a second run | an interruption | an error |
//! |---|---|---|---|
//! | [`repeatable`] | does no harm: the body reads, writes under a condition, or sends an idempotency key | runs the body again | is tried again by a [`Schedule`], unless it is permanent |
//! | [`at_most_once`] | would do harm that nothing prevents, and not knowing is better | fails the step | fails the step |
//!
//! After a step that was made [`at_most_once`] has failed, nobody can tell whether its body did its
//! work. The workflow has to have a way on for that, such as a person who looks.
//!
//! Both run their body [`guarded`]. Call that directly only for a body that the SDK takes in another
//! place than a step, such as the submitter of a callback.
//!
//! # What is recorded of an error
//!
//! Its [`RecordedError::error_type`] and its text with all causes. The type is what a workflow, a
//! smoke test or an alarm goes by, since beyond a replay nothing else is left of an error. A body
//! that panics fails with the type `StepPanicked`.

mod error;
mod guard;
mod schedule;
mod step;

pub use error::{Panicked, RecordedError};
pub use guard::guarded;
pub use schedule::Schedule;
pub use step::{at_most_once, repeatable};
