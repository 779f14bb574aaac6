//! The program from outside: its words, its templates, and a whole deployment on this machine.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod command_line;
mod end_to_end;
mod python;
mod sandbox;
mod schemas;
mod templates;
