//! The command line. Everything that is printed is printed here.

mod arguments;
mod canvas;
mod commands;
mod confirm;
mod context;
mod environment;
mod global;
mod interrupt;
mod keyboard;
mod moment;
mod outcome;
mod payload;
mod plain;
mod report;
mod run;

pub use run::main;
