//! What is live: each thing is looked at by one task, however many tabs show it, and only while one does.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch::{self, Receiver, Sender};

use crate::error::{Error, Result};
use crate::hash::hexadecimal;

/// What a look came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    /// What is shown.
    pub(super) html: Arc<str>,
    /// What tells it from others.
    pub(super) id: String,
    /// Whether it stays like that.
    pub(super) is_last: bool,
}

impl Seen {
    /// Returns what is shown, where more may come.
    pub(super) fn now(html: String) -> Self {
        let mut id = hexadecimal(html.as_bytes());
        id.truncate(16);
        Self {
            html: html.into(),
            id,
            is_last: false,
        }
    }

    /// Returns what is shown from now on.
    pub(super) fn last(html: String) -> Self {
        Self {
            is_last: true,
            ..Self::now(html)
        }
    }
}

/// The last look at something; nothing before the first.
#[derive(Debug, Clone, Default)]
pub(super) struct Look {
    /// What was seen last.
    pub(super) seen: Option<Seen>,
    /// Why the last look failed, where it did.
    pub(super) trouble: Option<String>,
}

type Open = Arc<Mutex<BTreeMap<String, Arc<Sender<Look>>>>>;

/// All that is watched.
#[derive(Debug, Clone, Default)]
pub(super) struct Watches(Open);

/// Tells who listens what was seen.
pub(super) struct Teller {
    subject: String,
    open: Open,
    sender: Arc<Sender<Look>>,
}

/// The longest pause after a look that failed.
const LONGEST: Duration = Duration::from_secs(30);

impl Watches {
    /// Listens to what is seen of a subject. Who is the first has it watched, by `look`, which looks until
    /// [`Teller::tell`] says that nobody listens any more.
    pub(super) fn listen<F: Future<Output = ()> + Send + 'static>(
        &self,
        subject: &str,
        look: impl FnOnce(Teller) -> F,
    ) -> Receiver<Look> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = open.get(subject) {
            return sender.subscribe();
        }
        let (sender, receiver) = watch::channel(Look::default());
        let sender = Arc::new(sender);
        open.insert(subject.to_owned(), Arc::clone(&sender));
        tokio::spawn(look(Teller {
            subject: subject.to_owned(),
            open: Arc::clone(&self.0),
            sender,
        }));
        receiver
    }

    /// Returns how many subjects are watched.
    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl Teller {
    /// Tells what was seen, waits for a while, and returns whether somebody still listens. After a look that
    /// failed it waits longer.
    #[expect(
        clippy::disallowed_methods,
        reason = "what is live is looked at again and again"
    )]
    pub(super) async fn tell(&self, seen: Result<Seen>, pause: Duration) -> bool {
        let pause = match seen {
            Ok(seen) => {
                self.sender.send_if_modified(|look| {
                    let is_new = look.seen.as_ref() != Some(&seen) || look.trouble.is_some();
                    *look = Look {
                        seen: Some(seen),
                        trouble: None,
                    };
                    is_new
                });
                pause
            }
            Err(error) => {
                let trouble = Some(Error::in_a_line(&error));
                self.sender.send_if_modified(|look| {
                    let is_new = look.trouble != trouble;
                    look.trouble = trouble;
                    is_new
                });
                (pause * 4).min(LONGEST)
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => true,
            () = self.sender.closed() => !self.is_over(),
        }
    }

    /// Ends the watch, unless somebody has begun to listen meanwhile.
    fn is_over(&self) -> bool {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = self.sender.receiver_count() == 0;
        if is_over {
            open.remove(&self.subject);
        }
        is_over
    }
}

impl Drop for Teller {
    /// A look that ended by itself leaves nothing that others would listen to in vain.
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let known = open.get(&self.subject);
        if known.is_some_and(|known| Arc::ptr_eq(known, &self.sender)) {
            open.remove(&self.subject);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::{Seen, Teller, Watches};
    use crate::error::{Error, Kind};

    const PAUSE: Duration = Duration::from_secs(2);

    async fn count(teller: Teller, looks: Arc<AtomicUsize>) {
        loop {
            let number = looks.fetch_add(1, Ordering::SeqCst);
            let seen = Seen::now(format!("look {number}"));
            if !teller.tell(Ok(seen), PAUSE).await {
                return;
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn many_tabs_are_one_look_and_none_is_none() {
        let (watches, looks) = (Watches::default(), Arc::new(AtomicUsize::new(0)));
        let listen = || watches.listen("a", |teller| count(teller, Arc::clone(&looks)));
        let mut tabs: Vec<_> = (0..50).map(|_| listen()).collect();
        for tab in &mut tabs {
            tab.wait_for(|look| look.seen.is_some()).await.unwrap();
        }
        assert_eq!((watches.count(), looks.load(Ordering::SeqCst)), (1, 1));
        tokio::time::advance(PAUSE * 3).await;
        tabs.truncate(1);
        tabs[0].changed().await.unwrap();
        assert!(looks.load(Ordering::SeqCst) <= 4);
        drop(tabs);
        while watches.count() > 0 {
            tokio::task::yield_now().await;
        }
        let after = looks.load(Ordering::SeqCst);
        tokio::time::advance(PAUSE * 10).await;
        tokio::task::yield_now().await;
        assert_eq!(looks.load(Ordering::SeqCst), after, "nobody listens");
        let mut again = listen();
        again.wait_for(|look| look.seen.is_some()).await.unwrap();
        assert_eq!(looks.load(Ordering::SeqCst), after + 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_look_that_failed_keeps_what_was_seen_and_is_tried_again() {
        let watches = Watches::default();
        let mut tab = watches.listen("a", |teller| async move {
            teller.tell(Ok(Seen::now("one".to_owned())), PAUSE).await;
            let failed = Error::new(Kind::Service, "no answer");
            teller.tell(Err(failed), PAUSE).await;
            teller.tell(Ok(Seen::last("two".to_owned())), PAUSE).await;
        });
        let failed = tab
            .wait_for(|look| look.trouble.is_some())
            .await
            .unwrap()
            .clone();
        assert_eq!(failed.trouble.as_deref(), Some("no answer"));
        assert_eq!(&*failed.seen.unwrap().html, "one");
        let well = tab
            .wait_for(|look| look.trouble.is_none())
            .await
            .unwrap()
            .clone();
        assert!(well.seen.unwrap().is_last);
    }
}
