//! Work that takes a while and goes on when the tab is closed: messages put back or deleted.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::watch::{Receiver, Sender, channel};

use crate::event::Stop;

/// How a job stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// It goes on.
    Working(String),
    /// It is over.
    Over {
        /// What it did.
        lines: Vec<String>,
        /// What it could not do.
        wrong: Vec<String>,
    },
}

/// A job.
#[derive(Debug, Clone)]
pub(super) struct Job {
    /// What it is about.
    pub(super) what: String,
    /// The wish that it ends before it is done.
    pub(super) stop: Stop,
    /// How it stands.
    pub(super) standing: Receiver<Standing>,
}

/// All jobs of this run, in the order in which they were begun.
#[derive(Debug, Clone, Default)]
pub(super) struct Jobs(Arc<Mutex<Vec<Job>>>);

/// Tells how a job stands.
#[derive(Debug)]
pub(super) struct Working(Sender<Standing>);

impl Working {
    /// Tells how far it is.
    pub(super) fn tell(&self, how_far: String) {
        self.0.send_replace(Standing::Working(how_far));
    }
}

impl Jobs {
    /// Begins a job, which returns what it did and what it could not do, and returns its number.
    pub(super) fn begin<F: Future<Output = (Vec<String>, Vec<String>)>>(
        &self,
        what: String,
        job: impl FnOnce(Working, Stop) -> F + Send + 'static,
    ) -> usize {
        let (sender, standing) = channel(Standing::Working("begun".to_owned()));
        let stop = Stop::default();
        let (done, told) = (sender.clone(), stop.clone());
        let runtime = Handle::current();
        // On a thread of its own, because a sweep over a queue does not change threads.
        tokio::task::spawn_blocking(move || {
            let (lines, wrong) = runtime.block_on(job(Working(sender), told));
            done.send_replace(Standing::Over { lines, wrong });
        });
        let mut jobs = self.lock();
        jobs.push(Job {
            what,
            stop,
            standing,
        });
        jobs.len()
    }

    /// Returns a job by its number.
    pub(super) fn get(&self, number: usize) -> Option<Job> {
        self.lock().get(number.checked_sub(1)?).cloned()
    }

    /// Has all jobs end where nothing is half done, and waits for that.
    pub(super) async fn end(&self) {
        let jobs = self.lock().clone();
        for job in &jobs {
            job.stop.request();
        }
        for mut job in jobs {
            let over = |standing: &Standing| matches!(standing, Standing::Over { .. });
            // One whose task is gone is over, too.
            let _ = job.standing.wait_for(over).await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Job>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Jobs, Standing};

    #[tokio::test]
    async fn a_job_is_ended_where_nothing_is_half_done() {
        let jobs = Jobs::default();
        let number = jobs.begin("work".to_owned(), |working, stop| async move {
            working.tell("1 of 2".to_owned());
            stop.requested().await;
            (vec!["did 1".to_owned()], Vec::new())
        });
        let mut job = jobs.get(number).unwrap();
        let told = |standing: &Standing| *standing == Standing::Working("1 of 2".to_owned());
        job.standing.wait_for(told).await.unwrap();
        jobs.end().await;
        let over = Standing::Over {
            lines: vec!["did 1".to_owned()],
            wrong: Vec::new(),
        };
        assert_eq!(*jobs.get(number).unwrap().standing.borrow(), over);
        assert!(jobs.get(0).is_none() && jobs.get(2).is_none());
    }
}
