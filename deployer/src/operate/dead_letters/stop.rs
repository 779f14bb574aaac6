//! A wish to stop, which work on a queue follows at the next place where nothing is half done.

use std::sync::Arc;

use tokio::sync::watch;

/// A wish to stop. Clones share it.
#[derive(Debug, Clone)]
pub struct Stop(Arc<watch::Sender<bool>>);

impl Default for Stop {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Stop {
    /// Wishes it.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }

    /// Returns whether it is wished.
    pub fn is_wished(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is wished.
    pub async fn wished(&self) {
        // The sender lives as long as this does.
        let _ = self.0.subscribe().wait_for(|stop| *stop).await;
    }
}
