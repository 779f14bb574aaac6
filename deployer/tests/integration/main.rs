//! The program from outside: its words, its templates, and a whole deployment on this machine.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod agents;
mod apply;
mod artifacts;
mod asking;
mod builds;
mod change;
mod checkov;
mod command_line;
mod commit;
mod cross_compiler;
mod dead_letters;
mod doctor;
mod end_to_end;
mod fake_account;
mod fake_cloudformation;
mod moto;
mod network;
mod operate;
mod own_workflow;
mod page;
mod plan;
mod policies;
mod practices;
mod python;
mod sandbox;
mod schemas;
mod stage;
mod templates;
mod trace;
mod witnesses;
