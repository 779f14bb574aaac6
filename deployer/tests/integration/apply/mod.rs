//! The apply engine against the fake CloudFormation: what no emulator shows rests on this witness.

#![expect(
    clippy::panic,
    reason = "a stack that does not get ready has failed its test"
)]

mod cancel;
mod causes;
mod network;
mod origin;
mod roles;
mod stage;
mod states;
mod ways;
