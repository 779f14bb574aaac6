//! One file a command.

pub(super) mod callbacks;
pub(super) mod completions;
pub(super) mod destroy;
pub(super) mod dlq;
pub(super) mod doctor;
pub(super) mod executions;
pub(super) mod gc;
pub(super) mod local;
pub(super) mod logs;
pub(super) mod plan;
pub(super) mod policy;
pub(super) mod prune;
pub(super) mod replay_check;
pub(super) mod rollback;
pub(super) mod smoke_test;
pub(super) mod status;
pub(super) mod synth;
pub(super) mod trace;
pub(super) mod ui;
pub(super) mod up;
pub(super) mod validate;
