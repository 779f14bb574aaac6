//! A history over time: a row an operation, as a tree, with what it was doing when.

use crate::history::History;
use crate::operation::Operation;
use crate::status::OperationType;
use crate::timestamp::Timestamp;
use crate::tree::Branch;

/// An operation in the timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<'a> {
    /// How many operations are around it.
    pub depth: usize,
    /// The operation.
    pub operation: &'a Operation,
    /// What it was doing when, in order.
    pub bars: Vec<Bar>,
}

/// What an operation was doing for a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bar {
    /// What it was doing.
    pub activity: Activity,
    /// From when.
    pub from: Timestamp,
    /// Until when, at the latest when the execution ended; nothing where it still does.
    pub to: Option<Timestamp>,
}

/// What an operation can be doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// Code of the function runs.
    Active,
    /// It waits: for a time, an answer, another function, or its next attempt.
    Waiting,
}

impl History {
    /// Returns the tree of operations, each with what it was doing when.
    pub fn timeline(&self) -> Vec<Row<'_>> {
        let tree = self.tree().into_iter();
        tree.map(|branch| self.row(branch)).collect()
    }

    /// Returns a row; what goes on when the execution ends goes on no longer.
    fn row<'a>(&self, branch: Branch<'a>) -> Row<'a> {
        let mut bars = branch.operation.bars();
        for bar in &mut bars {
            bar.to = bar.to.or(self.execution.ended_at);
        }
        Row {
            depth: branch.depth,
            operation: branch.operation,
            bars,
        }
    }
}

impl Operation {
    fn bars(&self) -> Vec<Bar> {
        if self.kind != OperationType::Step {
            let activity = match self.kind {
                OperationType::Context | OperationType::Execution => Activity::Active,
                _ => Activity::Waiting,
            };
            return vec![Bar {
                activity,
                from: self.started_at,
                to: self.ended_at,
            }];
        }
        let mut bars = Vec::new();
        let mut last_end = None;
        for attempt in &self.attempts {
            let from = attempt
                .started_at
                .or(attempt.ended_at)
                .unwrap_or(self.started_at);
            if let Some(waited) = last_end {
                bars.push(Bar {
                    activity: Activity::Waiting,
                    from: waited,
                    to: Some(from),
                });
            }
            bars.push(Bar {
                activity: Activity::Active,
                from,
                to: attempt.ended_at,
            });
            last_end = attempt.ended_at;
        }
        if let (Some(from), false) = (last_end, self.is_over()) {
            bars.push(Bar {
                activity: Activity::Waiting,
                from,
                to: None,
            });
        }
        bars
    }
}
