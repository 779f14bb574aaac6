//! The apply engine against the fake CloudFormation: what no emulator shows rests on this witness.

#![expect(
    clippy::panic,
    reason = "a stack that does not get ready has failed its test"
)]

mod causes;
mod stage;
mod states;
mod ways;
