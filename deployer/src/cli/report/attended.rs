//! A reporter for a person who may step in: it knows what is under way, and is silent while a question stands.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::event::{Event, Reporter, Stop, Wish};

/// What CloudFormation is doing: the status of each stack that is watched.
pub(in crate::cli) type UnderWay = BTreeMap<String, String>;

/// Shows events by another reporter, and keeps what the person needs to know, and wants.
pub(in crate::cli) struct Attended {
    inner: Box<dyn Reporter>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// What happened while a question stands.
    held: Option<Vec<Event>>,
    under_way: UnderWay,
    unwanted: BTreeSet<String>,
    stop: Option<Stop>,
}

impl Attended {
    pub(in crate::cli) fn new(inner: Box<dyn Reporter>) -> Self {
        Self {
            inner,
            state: Mutex::default(),
        }
    }

    pub(in crate::cli) fn under_way(&self) -> UnderWay {
        self.state().under_way.clone()
    }

    /// Shows nothing until [`Self::resume`].
    pub(in crate::cli) fn hold(&self) {
        self.state().held.get_or_insert_default();
        self.inner.pause();
    }

    /// Shows what happened meanwhile, and what happens.
    pub(in crate::cli) fn resume(&self) {
        let mut state = self.state();
        for event in state.held.take().unwrap_or_default() {
            self.inner.report(&event);
        }
    }

    /// Wishes that `stacks` be left as they were.
    pub(in crate::cli) fn cancel(&self, stacks: Vec<String>) {
        self.state().unwanted.extend(stacks);
    }

    /// Takes the wish by which the command that runs is told to end and to tidy up; nothing once there is
    /// nothing to tidy up any more.
    pub(in crate::cli) fn ends_by(&self, stop: Option<Stop>) {
        self.state().stop = stop;
    }

    /// Tells the command that runs to end, where it can be told, and was not told yet.
    pub(in crate::cli) fn stop(&self) -> bool {
        let stop = self.state().stop.take();
        stop.inspect(Stop::request).is_some()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reporter for Attended {
    fn report(&self, event: &Event) {
        // Held while the event is shown, or two of them could change places.
        let mut state = self.state();
        match &mut state.held {
            Some(held) => held.push(event.clone()),
            None => self.inner.report(event),
        }
    }

    fn pause(&self) {
        self.inner.pause();
    }

    fn watching(&self, stack: &str, status: Option<&str>) -> Wish {
        let mut state = self.state();
        if let Some(status) = status {
            let (stack, status) = (stack.to_owned(), status.to_owned());
            state.under_way.insert(stack, status);
        } else {
            state.under_way.remove(stack);
            state.unwanted.remove(stack);
        }
        if state.unwanted.contains(stack) {
            Wish::Cancel
        } else {
            Wish::Watch
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[derive(Default)]
    struct Shown(Arc<Mutex<Vec<String>>>);

    impl Reporter for Shown {
        fn report(&self, event: &Event) {
            if let Event::Note { text } = event {
                self.0.lock().unwrap().push(text.clone());
            }
        }
    }

    fn note(text: &str) -> Event {
        let text = text.to_owned();
        Event::Note { text }
    }

    #[test]
    fn what_happens_while_a_question_stands_is_shown_afterwards() {
        let shown = Arc::new(Mutex::new(Vec::new()));
        let attended = Attended::new(Box::new(Shown(Arc::clone(&shown))));
        attended.report(&note("before"));
        attended.hold();
        attended.report(&note("meanwhile"));
        assert_eq!(*shown.lock().unwrap(), ["before"]);
        attended.resume();
        attended.report(&note("after"));
        assert_eq!(*shown.lock().unwrap(), ["before", "meanwhile", "after"]);
    }

    #[test]
    fn who_tidies_up_is_told_to_once() {
        let attended = Attended::new(Box::new(Shown::default()));
        assert!(!attended.stop(), "nobody tidies up");
        let stop = Stop::default();
        attended.ends_by(Some(stop.clone()));
        assert!(!stop.is_requested());
        assert!(attended.stop());
        assert!(stop.is_requested());
        assert!(!attended.stop(), "the second time is for leaving");
        let later = Stop::default();
        attended.ends_by(Some(later.clone()));
        attended.ends_by(None);
        assert!(!attended.stop());
        assert!(!later.is_requested());
    }

    #[test]
    fn a_wish_is_for_the_operation_under_way_and_not_for_the_next() {
        let attended = Attended::new(Box::new(Shown::default()));
        let updating = Some("UPDATE_IN_PROGRESS");
        assert_eq!(attended.watching("a", updating), Wish::Watch);
        assert_eq!(attended.watching("b", updating), Wish::Watch);
        attended.cancel(vec!["a".to_owned()]);
        assert_eq!(attended.watching("a", updating), Wish::Cancel);
        assert_eq!(attended.watching("b", updating), Wish::Watch);
        attended.watching("a", None);
        assert_eq!(attended.under_way().len(), 1);
        assert_eq!(attended.watching("a", updating), Wish::Watch);
    }
}
