//! Ctrl-C and SIGTERM: what they mean while CloudFormation is at work.

mod choice;
mod listen;

pub(super) use listen::{Interrupts, left};
