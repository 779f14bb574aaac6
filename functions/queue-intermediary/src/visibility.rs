//! Keeping messages out of sight.

use std::error::Error as StdError;
use std::time::Duration;

use async_trait::async_trait;

/// Decides when a message can be seen again.
#[async_trait]
pub trait Visibility: Send + Sync {
    /// Hides the delivered message for `delay` from now.
    async fn hide(
        &self,
        receipt_handle: &str,
        delay: Duration,
    ) -> Result<(), Box<dyn StdError + Send + Sync>>;
}
