//! The operations of a history as a tree.

use std::collections::{BTreeMap, BTreeSet};

use crate::history::History;
use crate::operation::Operation;

/// An operation in the tree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Branch<'a> {
    /// How many operations are around it.
    pub depth: usize,
    /// The operation.
    pub operation: &'a Operation,
}

impl History {
    /// Returns the operations as a tree: those inside of one follow it, all in the order in which they began.
    pub fn tree(&self) -> Vec<Branch<'_>> {
        let known: BTreeSet<&str> = self.ids().collect();
        let mut inside: BTreeMap<Option<&str>, Vec<&Operation>> = BTreeMap::new();
        for operation in &self.operations {
            // One whose surroundings are not told is inside of nothing.
            let around = operation.parent_id.as_deref();
            let around = around.filter(|id| known.contains(id));
            inside.entry(around).or_default().push(operation);
        }
        let roots = inside.remove(&None).unwrap_or_default();
        // What is around itself is inside of nothing, and comes last.
        let mut next = at_depth(self.operations.iter().collect(), 0);
        next.extend(at_depth(roots, 0));
        let mut branches = Vec::with_capacity(self.operations.len());
        let mut told = BTreeSet::new();
        // A stack instead of recursion: nobody promises how deep a history is.
        while let Some(branch) = next.pop() {
            let id = branch.operation.id.as_str();
            if told.insert(id) {
                branches.push(branch);
                let within = inside.remove(&Some(id)).unwrap_or_default();
                next.extend(at_depth(within, branch.depth + 1));
            }
        }
        branches
    }

    fn ids(&self) -> impl Iterator<Item = &str> {
        self.operations
            .iter()
            .map(|operation| operation.id.as_str())
    }
}

/// The last is taken first.
fn at_depth(operations: Vec<&Operation>, depth: usize) -> Vec<Branch<'_>> {
    let branch = |operation| Branch { depth, operation };
    operations.into_iter().rev().map(branch).collect()
}
