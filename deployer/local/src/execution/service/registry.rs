//! All executions that are kept, and the ways to find them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use durable_history::Timestamp;

use crate::execution::service::entry::Entry;

/// Where an execution stands among those of its function: when it started, then its id.
pub(crate) type Place = (Timestamp, String);

/// All executions that are kept.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    by_id: BTreeMap<String, Arc<Entry>>,
    by_function: BTreeMap<String, OfFunction>,
}

/// The executions of one function.
#[derive(Debug, Default)]
struct OfFunction {
    by_start: BTreeMap<Place, Arc<Entry>>,
    by_name: BTreeMap<String, Arc<Entry>>,
}

impl Registry {
    /// Adds an execution.
    pub(crate) fn insert(&mut self, entry: Arc<Entry>) {
        let (identity, started_at) = {
            let cell = entry.lock();
            (cell.execution.identity.clone(), cell.execution.started_at)
        };
        let function = self.by_function.entry(identity.function_name).or_default();
        let place = (started_at, identity.id.clone());
        function.by_start.insert(place, Arc::clone(&entry));
        function.by_name.insert(identity.name, Arc::clone(&entry));
        self.by_id.insert(identity.id, entry);
    }

    /// Forgets an execution.
    pub(crate) fn remove(&mut self, id: &str) {
        let Some(entry) = self.by_id.remove(id) else {
            return;
        };
        let cell = entry.lock();
        let identity = &cell.execution.identity;
        if let Some(function) = self.by_function.get_mut(&identity.function_name) {
            function
                .by_start
                .remove(&(cell.execution.started_at, id.to_owned()));
            let named = function.by_name.get(&identity.name);
            if named.is_some_and(|named| Arc::ptr_eq(named, &entry)) {
                function.by_name.remove(&identity.name);
            }
            if function.by_start.is_empty() {
                self.by_function.remove(&identity.function_name);
            }
        }
    }

    /// Returns the execution of a function that has this name.
    pub(crate) fn named(&self, function_name: &str, name: &str) -> Option<&Arc<Entry>> {
        self.by_function.get(function_name)?.by_name.get(name)
    }

    /// Returns the execution with this id.
    pub(crate) fn get(&self, id: &str) -> Option<&Arc<Entry>> {
        self.by_id.get(id)
    }

    /// Returns all executions.
    pub(crate) fn all(&self) -> impl ExactSizeIterator<Item = &Arc<Entry>> {
        self.by_id.values()
    }

    /// Returns the executions of a function between two places, in the order of their start.
    pub(crate) fn between(
        &self,
        function_name: &str,
        range: (Bound<Place>, Bound<Place>),
    ) -> impl DoubleEndedIterator<Item = &Arc<Entry>> {
        let function = self.by_function.get(function_name);
        function
            .filter(|_| !is_empty(&range))
            .into_iter()
            .flat_map(move |function| function.by_start.range(range.clone()))
            .map(|(_, entry)| entry)
    }
}

/// Returns whether nothing can lie in a range, which a map would not take.
fn is_empty((from, to): &(Bound<Place>, Bound<Place>)) -> bool {
    match (from, to) {
        (Bound::Excluded(from), Bound::Excluded(to)) => from >= to,
        (Bound::Excluded(from) | Bound::Included(from), Bound::Included(to))
        | (Bound::Included(from), Bound::Excluded(to)) => from > to,
        _ => false,
    }
}

/// When the executions that are over are forgotten, the first one first.
#[derive(Debug, Default)]
pub(crate) struct Expiries(BTreeSet<Place>);

impl Expiries {
    /// Notes when an execution is forgotten.
    pub(crate) fn insert(&mut self, at: Timestamp, id: String) {
        self.0.insert((at, id));
    }

    /// Takes the ids of those whose time has come.
    pub(crate) fn take(&mut self, now: Timestamp) -> Vec<String> {
        let mut due = Vec::new();
        while let Some((at, id)) = self.0.pop_first() {
            if at > now {
                self.0.insert((at, id));
                break;
            }
            due.push(id);
        }
        due
    }
}
