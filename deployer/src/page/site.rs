//! What every page is made from.

use std::sync::Arc;
use std::time::Duration;

use durable_history::Timestamp;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::jobs::Jobs;
use super::keys::Keys;
use super::watches::Watches;
use crate::aws::Clients;
use crate::config::App;
use crate::error::{Error, Kind, Result};
use crate::event::Stop;
use crate::operate::deployed::{DeployedWorkflow, deployed};
use crate::operate::picture::Shown;

/// What every page is made from.
pub(super) struct Site {
    pub(super) app: App,
    pub(super) clients: Clients,
    pub(super) keys: Arc<Keys>,
    /// Where it is, such as `127.0.0.1:4740`.
    pub(super) authority: String,
    /// Whether anything may be changed.
    pub(super) may_change: bool,
    pub(super) shown: Shown,
    pub(super) clock: fn() -> Timestamp,
    pub(super) watches: Watches,
    pub(super) jobs: Jobs,
    /// The wish that all ends.
    pub(super) stop: Stop,
    pub(super) deployed: Mutex<Option<Deployed>>,
}

/// What was deployed when somebody last asked.
pub(super) struct Deployed {
    at: Instant,
    workflows: Arc<Vec<DeployedWorkflow>>,
}

/// How often something live is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// On this machine.
    pub(super) near: Duration,
    /// On an account, whose quotas others need too.
    pub(super) far: Duration,
}

impl Site {
    /// Returns the deployed workflows of the stage, as they were a moment ago.
    pub(super) async fn deployed(&self) -> Result<Arc<Vec<DeployedWorkflow>>> {
        const A_MOMENT: Pace = Pace {
            near: Duration::from_secs(2),
            far: Duration::from_secs(30),
        };
        // Held while asking, so that several pages at once ask once.
        let mut known = self.deployed.lock().await;
        if let Some(known) = known.as_ref()
            && known.at.elapsed() < self.pause(A_MOMENT)
        {
            return Ok(Arc::clone(&known.workflows));
        }
        let all = self.app.select(&[])?;
        let workflows = Arc::new(deployed(&self.app, &self.clients, &all).await?);
        *known = Some(Deployed {
            at: Instant::now(),
            workflows: Arc::clone(&workflows),
        });
        Ok(workflows)
    }

    /// Returns the deployed ones of these workflows; of all, where none is named.
    pub(super) async fn selected(&self, names: &[String]) -> Result<Vec<DeployedWorkflow>> {
        let selected = self.app.select(names)?;
        let all = self.deployed().await?;
        let chosen = all.iter().filter(|each| selected.contains(&each.workflow));
        let chosen: Vec<_> = chosen.cloned().collect();
        if chosen.is_empty() {
            let what = format!("`{}` is not deployed", names.join("`, `"));
            return Err(Error::new(Kind::WrongState, what));
        }
        Ok(chosen)
    }

    /// Returns the pause between two looks.
    pub(super) fn pause(&self, pace: Pace) -> Duration {
        if self.clients.is_near() {
            pace.near
        } else {
            pace.far
        }
    }

    /// Returns the present.
    pub(super) fn now(&self) -> Timestamp {
        (self.clock)()
    }
}
