//! Keeps MiniStack running, and ends everything that it started.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::client::Target;
use super::error::MiniStackError;
use super::log::last_lines;
use super::orphans;
use super::process::{Launch, Process};

/// More ends than this within a minute are not an accident.
const MOST_RESTARTS: usize = 15;
const RESTART_WINDOW: Duration = Duration::from_mins(1);

/// MiniStack under supervision.
#[derive(Debug)]
pub(crate) struct MiniStack {
    target: watch::Receiver<Option<Target>>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<Result<(), MiniStackError>>,
}

impl MiniStack {
    /// Ends what an earlier run left behind, starts MiniStack and waits until it answers.
    pub(crate) async fn start(launch: Launch) -> Result<Self, MiniStackError> {
        orphans::end(&launch.state).await;
        let process = Process::start(&launch).await?;
        let (running, target) = watch::channel(Some(process.target));
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(async move {
            let result = supervise(&launch, process, &running, stopped).await;
            orphans::end(&launch.state).await;
            result
        });
        Ok(Self {
            target,
            stop: Some(stop),
            task,
        })
    }

    /// Returns where MiniStack runs, now and after restarts.
    pub(crate) fn target(&self) -> watch::Receiver<Option<Target>> {
        self.target.clone()
    }

    /// Returns once MiniStack has been given up.
    pub(crate) async fn given_up(&mut self) -> MiniStackError {
        match (&mut self.task).await {
            Ok(Err(error)) => error,
            Ok(Ok(())) | Err(_) => MiniStackError::Died {
                status: "supervision ended".to_owned(),
                log: Vec::new(),
            },
        }
    }

    /// Lets MiniStack save its state, ends it and every function process, and waits for that.
    pub(crate) async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            // A failed send means that supervision has ended, which is what is wanted.
            let _ = stop.send(());
        }
        if !self.task.is_finished() {
            let _ = self.task.await;
        }
    }
}

async fn supervise(
    launch: &Launch,
    mut process: Process,
    running: &watch::Sender<Option<Target>>,
    mut stopped: oneshot::Receiver<()>,
) -> Result<(), MiniStackError> {
    let mut ends = VecDeque::new();
    loop {
        running.send_replace(Some(process.target));
        let status = tokio::select! {
            status = process.wait() => status,
            _ = &mut stopped => {
                process.stop().await;
                return Ok(());
            }
        };
        running.send_replace(None);
        tracing::warn!(?status, "MiniStack ended by itself");
        process = tokio::select! {
            process = restart(launch, &mut ends) => process?,
            _ = &mut stopped => return Ok(()),
        };
    }
}

/// Starts MiniStack anew, also when it ends while it starts, unless that happens too often.
async fn restart(launch: &Launch, ends: &mut VecDeque<Instant>) -> Result<Process, MiniStackError> {
    loop {
        if too_often(ends, Instant::now()) {
            return Err(MiniStackError::KeepsDying {
                times: ends.len(),
                log: last_lines(&launch.state.ministack_log(), 20),
            });
        }
        // The functions of the old process know no other, and would wait for it for ever.
        orphans::end(&launch.state).await;
        match Process::start(launch).await {
            Ok(process) => return Ok(process),
            Err(error @ MiniStackError::Died { .. }) => {
                tracing::warn!(%error, "MiniStack is started once more");
            }
            Err(error) => return Err(error),
        }
    }
}

fn too_often(ends: &mut VecDeque<Instant>, now: Instant) -> bool {
    ends.push_back(now);
    while ends
        .front()
        .is_some_and(|end| now.duration_since(*end) > RESTART_WINDOW)
    {
        ends.pop_front();
    }
    ends.len() > MOST_RESTARTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ends_within_the_window_count() {
        let start = Instant::now();
        let mut ends = VecDeque::new();
        for n in 0..20 {
            assert!(
                !too_often(&mut ends, start + Duration::from_secs(n * 5)),
                "{n}"
            );
        }
        let mut ends = VecDeque::new();
        let verdicts: Vec<bool> = (0..16)
            .map(|n| too_often(&mut ends, start + Duration::from_secs(n)))
            .collect();
        let last = verdicts.iter().position(|too_often| *too_often);
        assert_eq!(last, Some(15), "{verdicts:?}");
    }
}
