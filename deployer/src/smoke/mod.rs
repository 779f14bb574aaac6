//! Smoke tests: real messages through the real queue, and what the executions did with them.
//!
//! A scenario is data (`config/smoke/<workflow>.yaml`). It is played on whatever stage the clients
//! are connected to: its messages go into the intake queue, its answers to the callbacks of the
//! executions, and then everything it expects is looked for until it holds or the time is up.
//! Scenarios run side by side and know what is theirs by an id that no other scenario has.

mod aftermath;
mod batch;
mod callback;
mod choose;
mod compare;
mod copies;
mod execution;
mod expect;
mod fault;
mod history;
mod id;
mod item;
mod judge;
mod junit;
mod left;
mod link;
mod load;
mod look;
mod mailbox;
mod performance;
mod placeholder;
mod play;
mod printable;
mod report;
mod rules;
mod run;
mod scenario;
mod setting;
mod tally;
#[cfg(test)]
mod tests;
mod version;

pub use choose::{Choice, Wanted};
pub use junit::junit;
pub use load::load_scenarios;
pub use report::{Left, LeftItem, LeftMessages, Removed, ScenarioOutcome, SmokeReport};
pub use run::run;
pub use scenario::{
    Answer, Expectation, ExpectedExecution, ExpectedItem, Failure, GivenItem, InOrder, Kill,
    Message, Removal, Scenario, ScenarioFile, Status, Tally,
};
