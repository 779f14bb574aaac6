//! A history over time: a row an operation, as a tree, with what it was doing when.

use crate::history::History;
use crate::operation::Operation;
use crate::status::OperationType;
use crate::timestamp::Timestamp;

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
    /// Returns the operations as a tree: those inside of one follow it, all in the order in which they began.
    pub fn timeline(&self) -> Vec<Row<'_>> {
        let mut rows = Vec::with_capacity(self.operations.len());
        let is_known = |id: &str| self.operation(id).is_some();
        let roots = self
            .operations
            .iter()
            .filter(|operation| !operation.parent_id.as_deref().is_some_and(is_known));
        for root in roots {
            self.add_rows(root, 0, &mut rows);
        }
        // What is around itself is inside of nothing.
        for operation in &self.operations {
            if !rows.iter().any(|row| row.operation.id == operation.id) {
                rows.push(self.row(operation, 0));
            }
        }
        rows
    }

    /// Returns a row; what goes on when the execution ends goes on no longer.
    fn row<'a>(&'a self, operation: &'a Operation, depth: usize) -> Row<'a> {
        let mut bars = operation.bars();
        for bar in &mut bars {
            bar.to = bar.to.or(self.execution.ended_at);
        }
        Row {
            depth,
            operation,
            bars,
        }
    }

    fn add_rows<'a>(&'a self, operation: &'a Operation, depth: usize, rows: &mut Vec<Row<'a>>) {
        rows.push(self.row(operation, depth));
        let inside = self.operations.iter().filter(|inner| {
            inner.parent_id.as_deref() == Some(operation.id.as_str()) && inner.id != operation.id
        });
        for inner in inside {
            self.add_rows(inner, depth + 1, rows);
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
