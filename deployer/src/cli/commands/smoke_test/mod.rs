//! `deployer smoke-test`: the scenarios in `config/smoke/`.

mod command;
mod render;

pub(in crate::cli) use command::{SmokeTestArguments, play, run, told};
