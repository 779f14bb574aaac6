//! Smoke tests: real messages through the real queue, and what the executions did with them.
//!
//! A scenario is data (`config/smoke/<workflow>.yaml`). It is played on whatever stage the clients
//! are connected to: its messages go into the intake queue, its answers to the callbacks of the
//! executions, and then everything it expects is looked for until it holds or the time is up.
//! Scenarios run side by side and know what is theirs by an id that no other scenario has.

mod aftermath;
mod batch;
mod callback;
mod compare;
mod copies;
mod deployed;
mod execution;
mod expect;
mod fault;
mod history;
mod item;
mod judge;
mod load;
mod look;
mod mailbox;
mod placeholder;
mod play;
mod report;
mod rules;
mod run;
mod scenario;
mod tally;

pub use load::load_scenarios;
pub use report::{ScenarioOutcome, SmokeReport};
pub use run::run;
pub use scenario::{
    Answer, Expectation, ExpectedExecution, ExpectedItem, Failure, GivenItem, Kill, Message,
    Removal, Scenario, ScenarioFile, Status, Tally,
};
